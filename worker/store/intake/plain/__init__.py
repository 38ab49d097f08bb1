"""The plain way of the intake: one lookup for a group of deliveries, a judgement in Python, one writing statement.

Most deliveries are plain: new or known events of orders that they name by their ids. `plan` says which are, by the same
rules as the general way of `recording`, which takes all others. It imports the general way, and is not imported by it.
"""
