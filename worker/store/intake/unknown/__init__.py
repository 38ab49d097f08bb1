"""The bound on orders that a source names and the platform has never shown."""
