"""`fulfillment deliveries …`: the commands for webhook deliveries in the database.

`commands` has the commands, and `replay` reads a stored delivery again. `printing` prints for people, `documents` makes
JSON objects. It may import everything of the program.
"""
