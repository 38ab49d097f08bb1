"""`fulfillment parcels …`: the commands for the parcels of an order. It may import everything of the worker."""
