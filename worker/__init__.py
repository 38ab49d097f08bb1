"""The worker: moves each order to the stage that its evidence justifies, until the platform itself confirms it.

Each folder has one role, which its `__init__.py` states. `celery -A worker` finds the Celery app here. The app is built
on first use, so that an import of the rules in `worker.domain` reads no setting and loads no library.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from celery import Celery

    app: Celery


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562: a module attribute may be anything
    if name in {"app", "celery"}:
        from worker.processes.privacy import keep_private
        from worker.service.celery_app import build_app

        keep_private()
        return build_app()
    raise AttributeError(name)
