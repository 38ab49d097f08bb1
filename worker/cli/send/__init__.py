"""`fulfillment send`: makes and sends a test event. It may import everything of the program.

`command` is the command; `making` makes the request, `posting` sends it, `waiting` waits for what becomes of it.
"""
