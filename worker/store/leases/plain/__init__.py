"""Plain reconciliations: the leases, announcements and ends that need no rule of the general way.

Each method returns `NOT_PLAIN`, and has changed nothing, when the general way has to decide: the account has a hold,
the lease is lost, events came in, the clock was put back, or another transaction has just changed the order.
"""
