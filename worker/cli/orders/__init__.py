"""`fulfillment orders …`: the commands for orders in the database.

`queries` has the commands that show orders, `actions` those that change them; `commands` is the group of both.
`printing` and `timeline` print for people, `documents` makes JSON objects. It may import everything of the worker.
"""
