"""`fulfillment deliveries …`: the commands for webhook deliveries in the database.

`commands` has the commands. `replay` reads a stored delivery again, and `trying` tries a profile with its body.
`printing` prints for people, `documents` makes JSON objects. It may import everything of the program.
"""
