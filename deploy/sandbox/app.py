"""Puts the sandbox together: one Flask app, the order API at its base path and the control API beside it."""

import time

from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from deploy.sandbox.control import control
from deploy.sandbox.platform import Platform
from deploy.sandbox.refusals import Refusal
from deploy.sandbox.store import Clock
from deploy.sandbox.visit import order_api
from deploy.sandbox.world import Limit, Sandbox


class _Rest(BaseConverter):
    """All that is left of a path, empty and with any slashes."""

    regex = ".*"
    part_isolating = False


def create_sandbox(platform: Platform, limit: Limit | None = None, clock: Clock = time.time) -> Flask:
    """Build the app that simulates *platform*, empty. Its Sandbox is `app.extensions["sandbox"]`.

    *limit* is by default the platform's own.
    """
    app = Flask(__name__, static_folder=None)
    # A redirect from `//` to `/` would be an answer that no vendor's API gives.
    app.url_map.merge_slashes = False
    app.url_map.converters["rest"] = _Rest
    app.extensions["sandbox"] = Sandbox(platform, limit or Limit(platform.calls_a_minute), clock)
    app.register_blueprint(control)
    app.register_blueprint(order_api, url_prefix=platform.base_path)

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> ResponseReturnValue:
        return platform.refuse(Refusal(error.code or 500, error.description or "", code="not_served"), 0)

    return app
