"""The Celery queue: wake-ups, and how accounts share a worker's slots. It imports `domain` only.

The queue may lose, repeat and reorder wake-ups, or be emptied: what is due is in the database.
"""
