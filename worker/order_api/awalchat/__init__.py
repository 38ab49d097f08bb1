"""awalchat: its credentials, words, signature, updates and answers, after its public API reference.

It may import the rest of `order_api`, and no other platform.
"""
