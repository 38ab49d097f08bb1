"""The sandbox as a program: what only a socket shows, how it starts and how it ends."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from subprocess import PIPE

import httpx
import pytest

from tests.support.programs import until


@contextmanager
def start(*options, **variables):
    command = [sys.executable, "-m", "deploy.sandbox", "--domain", "shop", "--client-id", "client"]
    command += ["--phone-number-id", "123456", *options]
    environment = os.environ | {"SANDBOX_HMAC_SECRET": "sandbox-secret"} | variables
    with subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True, env=environment) as running:
        try:
            yield running
        finally:
            running.kill()


def test_it_serves_signed_calls_over_http(live):
    live.order()
    answer = live.put(1, status="accepted")
    assert (answer.code, answer.json["data"]["status"]) == (200, "accepted")
    assert {"date", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= set(answer.headers)


def test_escapes_in_the_request_target_are_seen_as_they_were_sent(live):
    live.order()
    assert (live.get("%31").code, live.get("1/").code, live.call("GET", "//orders/1").code) == (404, 404, 404)


@pytest.mark.parametrize(
    ("fault", "parameters", "applied"),
    [
        ("reset", {}, False),
        ("reset", {"when": "after"}, True),
        ("lose_answer", {}, True),
        ("outage", {"answer": "reset"}, False),
        ("apply_late", {"seconds": 60}, False),
        ("outage", {"answer": "hang", "seconds": 0.1}, False),
    ],
)
def test_a_reset_is_a_connection_closed_without_an_answer(live, fault, parameters, applied):
    live.order()
    live.fault(fault, **parameters)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        live.put(1, status="accepted")
    assert live.seen()["status"] == ("accepted" if applied else "pending")
    assert live.report()["calls"][0]["code"] is None


def test_a_reset_is_seen_as_one_by_the_kernel(live, process):
    live.fault("reset", times=None)
    url = httpx.URL(process[1])
    target = "/api/v1/orders/1?phone_number_id=123456"
    head = "".join(f"{name}: {value}\r\n" for name, value in live.signed("GET", target).items())
    with socket.create_connection((url.host, url.port), timeout=5) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_a_client_that_hung_up_sees_its_update_applied_late(live, process):
    live.order()
    live.fault("apply_late", seconds=0.4, answer="hang")
    target = "/api/v1/orders/1?phone_number_id=123456"
    body = b'{"status":"accepted"}'
    headers = {**live.signed("PUT", target, body), "Content-Type": "application/json"}
    with pytest.raises(httpx.ReadTimeout):
        httpx.put(process[1] + target, headers=headers, content=body, timeout=0.2, trust_env=False)
    assert live.seen()["status"] == "pending"
    until(lambda: live.seen()["status"] != "pending", what="the update is applied")
    assert live.totals()["transitions"] == 1


@pytest.mark.parametrize("drip_headers", [False, True])
def test_a_dripping_answer_is_whole_but_slow(live, drip_headers):
    order = live.order()
    live.fault("drip", pause=0.002, drip_headers=drip_headers)
    began = time.monotonic()
    answer = live.get(1)
    assert (answer.code, answer.json["data"]["id"], answer.headers["connection"]) == (200, order["id"], "close")
    assert "x-ratelimit-remaining" in answer.headers
    assert time.monotonic() - began >= 0.002 * len(answer.body) * (1.5 if drip_headers else 1)


def test_a_huge_answer_arrives_whole(live):
    live.fault("body", body="x", size=8_000_000)
    assert len(live.get(1).body) == 8_000_000


def test_of_many_updates_at_once_one_moves_the_order(live):
    live.order()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: live.put(1, status="accepted"), range(40)))
    assert {answer.code for answer in answers} == {200}
    assert (live.totals()["transitions"], live.totals()["repeat"], live.totals()["applied"]) == (1, 39, 40)


def test_calls_that_are_held_back_do_not_hold_up_others_and_a_reset_frees_them(live):
    live.order()
    live.fault("delay", seconds=60, times=20, match={"method": "GET"})
    waiting = [threading.Thread(target=live.get, args=(1,)) for _ in range(20)]
    for thread in waiting:
        thread.start()
    until(lambda: live.totals()["calls"] == 20, what="all calls are there")
    assert live.put(1, status="accepted").code == 200
    live.control("POST", "/reset")
    for thread in waiting:
        thread.join(5)
    assert not any(thread.is_alive() for thread in waiting)
    assert live.totals()["calls"] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_on_a_signal_though_calls_are_held_back(number):
    with start() as running:
        url = running.stdout.readline().split()[-1]
        httpx.post(f"{url}/_sandbox/faults", json={"kind": "outage", "answer": "hang", "seconds": 60}, trust_env=False)
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{url}/api/v1/orders", timeout=0.1, trust_env=False)
        running.send_signal(number)
        assert running.wait(5) == 0
        assert (running.stdout.read(), running.stderr.read()) == ("", "")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "localhost", "example.com"])  # noqa: S104 - refused
def test_it_listens_on_loopback_and_nowhere_else(host):
    with start("--host", host) as running:
        assert running.wait(10) == 2
        assert "is not a loopback address" in running.stderr.read()


def test_a_port_that_is_taken_is_one_sentence(process):
    port = process[1].rpartition(":")[2]
    with start("--port", port) as running:
        assert running.wait(10) == 1
        assert running.stderr.read() == f"Error: Cannot listen on 127.0.0.1 port {port}: Address already in use.\n"


def test_its_clock_may_be_ahead_of_ours():
    with start(SANDBOX_CLOCK_OFFSET="3600") as running:
        url = running.stdout.readline().split()[-1]
        answer = httpx.get(f"{url}/api/v1/orders", trust_env=False)
    assert 3590 < int(answer.headers["X-RateLimit-Reset"]) - time.time() < 3670
