"""`fulfillment deliveries …`: the commands for webhook deliveries in the database.

`commands` has the commands, and `options` their options. `replaying` replays, and `trying` tries a profile with a body.
`printing` and `replay_printing` print for people, `documents` makes JSON objects. It may import everything of the
program.
"""
