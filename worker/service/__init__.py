"""The worker process: the Celery app, its tasks, the scheduler, and the wiring of all parts.

It may import everything of the worker except the command line.
"""
