"""`fulfillment doctor`: `command` runs the checks of `worker.application.doctor`, and prints them."""
