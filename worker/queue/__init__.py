"""The Celery queue: its configuration, wake-ups, and how accounts share a worker's slots. It imports only `domain`.

`wake_ups` enqueues them, and `consumer` takes them. The transports (`redis_broker`, `amqp_broker`) check every message
before Celery sees it. The queue may lose, repeat and reorder wake-ups: the database knows which orders are due.
"""
