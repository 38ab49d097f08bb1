"""`fulfillment secrets`: makes secrets. It needs no settings."""
