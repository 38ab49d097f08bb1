"""`fulfillment orders …`: the commands for orders in the database."""
