"""The worker process: the Celery app, its tasks, the scheduler, and the wiring of all parts.

`celery_app` is where a worker begins, `tasks` are the entrances from the queue, and `scheduler` repeats what no wake-up
asks for. It may import everything of the worker except what operators use: `cli`, `console` and `application`.
"""
