"""What is needed around the product: samples to deploy it with, and the sandbox it is tried against."""
