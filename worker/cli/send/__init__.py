"""`fulfillment send`: signs and sends a test event. It may import everything of the worker.

`command` is the command; `posting` signs a body and posts it.
"""
