"""The Celery queue: its configuration, wake-ups, and how accounts share a worker's slots. It imports only `domain`.

The queue may lose, repeat and reorder wake-ups: the database knows which orders are due.
"""
