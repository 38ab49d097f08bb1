"""fulfillment-worker: moves orders along their road until the platform confirms it.

`celery -A worker` finds the Celery app here. It is built on first use, so that importing the
pure rules in `worker.domain` reads no setting and touches no library.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from celery import Celery

    app: Celery


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562: a module attribute may be anything
    if name in {"app", "celery"}:
        from worker.service.celery_app import build_app

        return build_app()
    raise AttributeError(name)
