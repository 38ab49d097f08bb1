"""The group `fulfillment console`: it serves the console, and manages its users."""
