"""`fulfillment sources …`: the sources of the settings, and the profiles by which they are read.

`commands` has the commands. `samples` reads a file with a request, and `trying` tries a profile with it. `printing`
prints for people, `documents` makes JSON objects. It may import everything of the program.
"""
