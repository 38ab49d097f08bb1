"""Deliveries and their events, written before the sender has its answer."""
