"""`fulfillment orders …`: the commands for orders in the database.

`listing` and `queries` have the commands that show orders, `actions` and `assigning` those that change them; `commands`
is the group of both. `printing`, `list_printing`, `item_printing` and `explanations` print for people, `documents`
makes JSON objects. It may import everything of the worker.
"""
