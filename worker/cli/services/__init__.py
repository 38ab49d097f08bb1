"""The services: `fulfillment receiver`, `worker`, and `up`, which runs both; and `migrate`, which comes before them.

It may import everything of the program.
"""
