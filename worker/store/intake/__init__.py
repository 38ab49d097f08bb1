"""The intake: deliveries and their events are written before the sender gets its answer.

It imports `database`, `audit`, `conditions` and `tables` of the store.
"""
