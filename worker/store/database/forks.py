"""A process that is forked opens connections of its own: two processes that use one would get each other's rows.

Servers such as `gunicorn --preload` and uWSGI load the application, and fork after that.
"""

import os
from weakref import WeakSet

from sqlalchemy import Engine

_engines: WeakSet[Engine] = WeakSet()


def close_before_forks(engine: Engine) -> None:
    """From now on, close the idle connections of *engine* before this process is forked. It opens new ones.

    A connection that is in use belongs to a thread, and the child has no such thread. Closed connections are safer than
    connections that the child knows and leaves alone: on SQLite, it would count their locks as its own.
    """
    _engines.add(engine)


def _close_idle() -> None:
    for engine in tuple(_engines):
        engine.dispose()


os.register_at_fork(before=_close_idle)
