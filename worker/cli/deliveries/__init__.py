"""`fulfillment deliveries …`: the commands for webhook deliveries in the database."""
