"""The platform awalchat. The source of every fact is its public API reference; the modules name the section.

It may import the rest of `order_api`, and no other platform.
"""
