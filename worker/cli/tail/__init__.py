"""`fulfillment tail`: prints what happens, as it happens. `up` shows the same. It may import everything of the program.

`command` is the command, `following` looks again and again, and `printing` prints.
"""
