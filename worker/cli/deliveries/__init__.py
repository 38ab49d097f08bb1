"""`fulfillment deliveries …`: the commands for webhook deliveries in the database.

`commands` has the commands, and `options` their options. `problems` has what cannot be used of a delivery, in values
and words, and `rereading` finds it. `replay` reads a stored delivery again, and `trying` tries a profile with its body.
`printing` and `replay_printing` print for people, `documents` makes JSON objects. It may import everything of the
program.
"""
