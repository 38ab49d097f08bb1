"""`fulfillment receiver`, `worker` and `up`, which run the services, and `migrate`, which comes before them."""
