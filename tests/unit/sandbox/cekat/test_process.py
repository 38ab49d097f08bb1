"""The sandbox as a program that simulates Cekat: what only a socket shows."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from subprocess import PIPE

import httpx
import pytest

from tests.unit.sandbox.cekat.conftest import KEY, NEW, CekatApi
from tests.unit.sandbox.conftest import Answer


@pytest.fixture(scope="module")
def url():
    command = [sys.executable, "-m", "deploy.sandbox", "--platform", "cekat"]
    environment = os.environ | {"SANDBOX_API_KEY": KEY}
    with subprocess.Popen(command, stdout=PIPE, text=True, env=environment) as running:
        assert running.stdout is not None
        try:
            yield running.stdout.readline().split()[-1]
        finally:
            running.terminate()


@pytest.fixture
def live(url):
    with httpx.Client(base_url=url, trust_env=False, timeout=5, headers={"Connection": "close"}) as client:

        def send(method, target, headers, body):
            response = client.request(method, target, headers=dict(headers), content=body)
            return Answer(response.status_code, response.content, response.headers)

        api = CekatApi(send, time.time, "/api")
        assert api.control("POST", "/reset").code == 204
        yield api


def test_it_serves_its_four_calls_over_http(live):
    created = live.create().json["data"]["id"]
    assert live.put(created, status="processing", tracking_number="TRK1").json["data"]["tracking_number"] == "TRK1"
    assert live.get(created).json["data"]["status"] == "processing"
    assert live.found("search=trk1") == [created]
    assert {name for name in live.get(created).headers if name.startswith("x-") or name == "date"} == {"date"}


def test_the_key_is_demanded_over_http(live):
    assert live.call("GET", "/orders", Authorization=None).code == 401


@pytest.mark.parametrize(("fault", "left"), [("reset", 0), ("lose_answer", 1)])
def test_a_creation_may_lose_its_answer(live, fault, left):
    live.fault(fault, match={"method": "POST"})
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        live.call("POST", "/orders", json.dumps(NEW).encode())
    assert len(live.report()["orders"]) == left


def test_of_many_updates_at_once_one_moves_the_order(live):
    live.order(metadata={"shop": 7})
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: live.put(1, status="paid", metadata={f"worker-{n}": n}), range(40)))
    assert {answer.code for answer in answers} == {200}
    assert (live.totals()["transitions"], live.totals()["repeat"], live.totals()["metadata_lost"]) == (1, 39, 0)
    assert len(live.seen()["metadata"]) == 41
