"""The worker process: the Celery app, its tasks, the scheduler, and the wiring of all parts. It imports them all."""
