"""`fulfillment scan`: lists the orders at the platforms. It may import everything of the worker.

`command` is the command; `running` runs the scans, `printing` prints for people, `documents` makes JSON objects.
"""
