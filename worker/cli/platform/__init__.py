"""`fulfillment platform …`: the commands for orders at the platform."""
