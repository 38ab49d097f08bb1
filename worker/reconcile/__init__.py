"""The one use case: bring an order, step by step, to the stage that its evidence justifies.

`reconciler` leases an order and reconciles it: `order` if its id is known, `search` if only a number is. `scan` finds
what no event tells, `probe` asks whether a platform answers, and `budget` counts the calls of an account.

It imports `domain` and `ports`. It knows no database, no HTTP client and no queue.
"""
