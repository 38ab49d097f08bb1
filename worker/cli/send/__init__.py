"""`fulfillment send`: signs and sends a test event."""
