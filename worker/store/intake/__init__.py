"""The intake: deliveries and their events are written before the sender gets its answer.

`intake` is the port. `recording` writes a group of deliveries, by the `judgement` on each event; `replay` reads a
stored delivery anew. It imports no queries and no leases.
"""
