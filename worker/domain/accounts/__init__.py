"""What concerns a whole account: its call budget, its breaker and probes, and the workers that serve it."""
