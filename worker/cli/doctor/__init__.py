"""`fulfillment doctor`: asks every part of the installation."""
