"""Orders as the scheduler and reconciliations use them: which are due, their leases, writes and results.

It may import everything of the store except `operator`, `prune` and `queries`.
"""
