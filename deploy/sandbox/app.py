"""Puts the sandbox together: one Flask app, the platform's blueprint at its base path and the control API beside it."""

import time

from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from deploy.sandbox.account import Account
from deploy.sandbox.awalchat import awalchat
from deploy.sandbox.control import control
from deploy.sandbox.store import Clock
from deploy.sandbox.world import Limit, Sandbox


class _Rest(BaseConverter):
    """All that is left of a path, empty and with any slashes."""

    regex = ".*"
    part_isolating = False


def create_sandbox(account: Account, limit: Limit | None = None, clock: Clock = time.time) -> Flask:
    """Build the app that simulates *account*'s platform, empty. Its Sandbox is `app.extensions["sandbox"]`.

    Another platform is another blueprint here, in the place of awalchat's: one process simulates one platform.
    """
    app = Flask(__name__, static_folder=None)
    # A redirect from `//` to `/` would be an answer that the vendor's API does not give.
    app.url_map.merge_slashes = False
    app.url_map.converters["rest"] = _Rest
    app.extensions["sandbox"] = Sandbox(account, limit or Limit(), clock)
    app.register_blueprint(control)
    app.register_blueprint(awalchat, url_prefix=account.base_path)
    app.register_error_handler(HTTPException, _not_served)
    return app


def _not_served(error: HTTPException) -> ResponseReturnValue:
    parts: dict[str, object] = {"error": "not_served", "message": error.description, "details": {}}
    return {**parts, "request_id": "req-none"}, error.code or 500
