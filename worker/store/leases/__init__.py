"""Orders as reconciliations use them: which are due, their leases, and their references."""
