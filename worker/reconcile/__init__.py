"""The one use case: bring an order, step by step, to the stage that its evidence justifies.

It imports `domain` and `ports`. It knows no database, no HTTP client and no queue.
"""
