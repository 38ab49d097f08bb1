"""The Flask app: the order API at its base path, and the control API."""

import time

from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from deploy.sandbox.control import control
from deploy.sandbox.errors import ApiError
from deploy.sandbox.instants import Clock
from deploy.sandbox.order_api import order_api
from deploy.sandbox.platform import Platform
from deploy.sandbox.rate_limit import Limit
from deploy.sandbox.state import Sandbox


class _Rest(BaseConverter):
    """The rest of a path: empty, or with any number of slashes."""

    regex = ".*"
    part_isolating = False


def create_sandbox(platform: Platform, limit: Limit | None = None, clock: Clock = time.time) -> Flask:
    """Return the app that simulates *platform*, without orders. Its Sandbox is `app.extensions["sandbox"]`.

    *limit* None: the documented rate limit of the platform.
    """
    app = Flask(__name__, static_folder=None)
    # Flask would redirect `//` to `/`, which no vendor's API does.
    app.url_map.merge_slashes = False
    app.url_map.converters["rest"] = _Rest
    app.extensions["sandbox"] = Sandbox(platform, limit or Limit(platform.calls_per_minute), clock)
    app.register_blueprint(control)
    app.register_blueprint(order_api, url_prefix=platform.base_path)

    @app.errorhandler(HTTPException)
    def error_response(error: HTTPException) -> ResponseReturnValue:
        shown = ApiError(error.code or 500, error.description or "", code="not_served")
        sandbox: Sandbox = app.extensions["sandbox"]
        return sandbox.platform.error_response(shown, 0)

    return app
