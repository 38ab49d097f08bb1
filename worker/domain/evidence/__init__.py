"""What the events of an order justify together: its target, its parcels, and whether they mean this order at all.

It imports the words of the domain only: stages, orders, events, reasons, results.
"""
