"""Whether the console lives, for a supervisor or a proxy that asks."""

from flask import Flask, Response

from worker.console.access.rules import open_to
from worker.console.parts import Parts


def add_routes(app: Flask, _parts: Parts) -> None:
    """Add the page to *app*."""
    app.add_url_rule("/healthz", view_func=_healthz, methods=["GET"])


@open_to(None)
def _healthz() -> Response:
    """Answer 200: this process is alive. It asks no database, and anybody may know it."""
    return Response("alive\n", mimetype="text/plain")
