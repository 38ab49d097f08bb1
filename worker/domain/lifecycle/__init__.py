"""The life of an order: what a reading changes, the next step, what a failure means, and what a scan may set off.

It may import `evidence`.
"""
