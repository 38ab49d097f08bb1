"""The receiver as a WSGI application, `webhook_receiver.wsgi:app`, for any server that keeps silent senders apart."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask import Flask

from webhook_receiver import create_app
from webhook_receiver.profiles import PROFILES
from webhook_receiver.reception import Reception
from webhook_receiver.sources import Source
from webhook_receiver.views import House
from worker.domain.instants import microseconds
from worker.exits import UNREACHABLE, refusing
from worker.order_api.platforms import PLATFORMS
from worker.settings import Settings, load_settings
from worker.wiring import open_door


@contextmanager
def open_app(settings: Settings) -> Iterator[Flask]:
    """Open the application and all that stands behind it, for the length of the block.

    Raises `SchemaOutdated` or `JournalUnavailable`, and `SettingsError` for a broker that Celery has no way to.
    """
    with open_door(settings) as door:
        reception = Reception(sources_of(settings), door.intake, door.errands.nudge, door.errands.count)
        token = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
        yield create_app(House(reception, door.ready, door.metrics, token))


def sources_of(settings: Settings) -> dict[str, Source]:
    """Everyone who may post here, by name."""
    return {name: _source(settings, name) for name in settings.sources}


def _source(settings: Settings, name: str) -> Source:
    given, profile = settings.sources[name], PROFILES[settings.sources[name].profile]
    return Source(
        name=name,
        profile=profile,
        secrets=tuple(secret.get_secret_value().encode() for secret in given.secrets),
        account=given.account,
        read_order_id=PLATFORMS[settings.accounts[given.account].platform].read_order_id,
        allow=frozenset(given.allow) if given.allow else profile.allow,
        tolerance=microseconds(given.tolerance),
        stale=given.stale,
        max_body=given.max_body,
        signed_parts=given.signed_parts,
        public_prefix=given.public_prefix,
        verification=given.verification,
        zone=given.timezone,
    )


_process = ExitStack()


def __getattr__(name: str) -> Flask:
    """Open `app` when a server asks for it: importing this module reads no setting."""
    if name != "app":
        raise AttributeError(name)
    with refusing(UNREACHABLE):  # whatever is wrong: after any other code, gunicorn would start us again and again
        app: Flask = globals().setdefault("app", _process.enter_context(open_app(load_settings(os.environ))))
    return app
