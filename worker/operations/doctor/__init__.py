"""What `fulfillment doctor` judges: the database, the quarantine, the workers, and what no event tells. Pure."""
