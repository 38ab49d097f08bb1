"""How much is kept of deliveries that move no order: it is counted, and the oldest of too many are deleted."""
