"""Cekat: its credentials, words, updates and answers, after its public API reference.

It may import the rest of `order_api`, and no other platform.
"""
