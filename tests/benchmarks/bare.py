"""The least that a receiver of signed webhooks can do: a view that verifies, and keeps nothing."""

import hashlib
import hmac
import os

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue

SECRET = os.environ["FULFILLMENT_SOURCES__COURIER__SECRETS"].encode()

app = Flask(__name__)


def verify() -> None:
    """Refuse a request that the courier has not signed."""
    message = f"{request.method}{request.path}{request.headers['X-Timestamp']}".encode() + request.get_data()
    signature = "sha256=" + hmac.new(SECRET, message, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature, request.headers["X-Awal-Signature-256"]):
        abort(401)


@app.post("/webhooks/courier")
def receive() -> ResponseReturnValue:
    """Take in one webhook."""
    verify()
    return {"status": "accepted"}, 202
