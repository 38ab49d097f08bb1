"""One log line for each request that may have changed something."""

import time

import structlog
from flask import Flask, Response, g, request

from worker.console.access.rules import LOOKS
from worker.domain.text import clean_text

MAX_PATH = 300

log = structlog.get_logger()


def add_request_log(app: Flask) -> None:
    """Log each request to *app* that is no look: who, on which path, with which result, without its fields."""

    @app.before_request
    def note_start() -> None:
        g.started = time.monotonic()

    @app.after_request
    def write_line(response: Response) -> Response:
        if request.method not in LOOKS:
            user = g.get("user")
            log.info(
                "console_request",
                user=user.name if user else "",
                method=request.method,
                path=clean_text(request.path, MAX_PATH),
                status=response.status_code,
                ms=round((time.monotonic() - g.started) * 1000),
            )
        return response
