"""The baseline: what tutorials teach. A view verifies and calls `delay()`; for each event, a task GETs, then PUTs.

It has what is usually recommended: one HTTP client for all threads, a timeout, retries with exponential back-off, and
a read of the order before its write.
"""

import hashlib
import hmac
import json
import os
import time
from typing import Any

import httpx
from celery import Celery
from flask import Flask, request
from flask.typing import ResponseReturnValue

from tests.benchmarks.bare import verify

BASE_URL = os.environ["FULFILLMENT_ACCOUNTS__MAIN__BASE_URL"]
PHONE_NUMBER_ID = os.environ["FULFILLMENT_ACCOUNTS__MAIN__PHONE_NUMBER_ID"]
HMAC_SECRET = os.environ["FULFILLMENT_ACCOUNTS__MAIN__HMAC_SECRET"].encode()

app = Flask(__name__)
celery = Celery("tutorial", broker=os.environ["TUTORIAL_BROKER_URL"])
client = httpx.Client(timeout=10, trust_env=False)


@app.post("/webhooks/courier")
def receive() -> ResponseReturnValue:
    """Take in one webhook."""
    verify()
    event = request.get_json()
    move.delay(event["data"]["order_id"], event["event"].removeprefix("order."))
    return {"status": "accepted"}, 202


@celery.task(autoretry_for=(httpx.HTTPError,), retry_backoff=True, max_retries=5)
def move(order_id: int, status: str) -> None:
    """Bring an order to the status that an event names."""
    url = httpx.URL(f"{BASE_URL}/orders/{order_id}", params={"phone_number_id": PHONE_NUMBER_ID})
    if call("GET", url)["status"] != status:
        call("PUT", url, json.dumps({"status": status}).encode())


def call(method: str, url: httpx.URL, body: bytes = b"") -> Any:
    """Sign and send one call to the platform; return the order that it shows."""
    timestamp = str(int(time.time()))
    message = method.encode() + url.raw_path + timestamp.encode() + body
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "X-Awal-Signature-256": "sha256=" + hmac.new(HMAC_SECRET, message, hashlib.sha256).hexdigest(),
        "X-Timestamp": timestamp,
        "X-Domain": "shop",
        "X-Client-ID": "client",
    }
    answer = client.request(method, url, headers=headers, content=body)
    answer.raise_for_status()
    return answer.json()["data"]
