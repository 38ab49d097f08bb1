"""`fulfillment accounts …`: shows the accounts, holds them, lets them go on, and probes them.

`commands` has the commands; `options` their arguments; `listing` prints for people and makes JSON objects; `probing`
makes a probe. It may import everything of the worker.
"""
