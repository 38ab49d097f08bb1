"""What the sandbox of awalchat does only over HTTP: connection faults, slow responses, concurrent calls."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.programs import until


def test_it_serves_signed_calls(api):
    api.add_order()
    response = api.put(1, status="accepted")
    assert (response.status, response.json["data"]["status"]) == (200, "accepted")
    assert {"date", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= set(response.headers)


def test_the_path_is_not_decoded(api):
    api.add_order()
    assert (api.get("%31").status, api.get("1/").status, api.call("GET", "//orders/1").status) == (404, 404, 404)


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
def test_a_reset_closes_the_connection_without_a_response(api, fault, parameters, applied):
    api.add_order()
    api.add_fault(fault, **parameters)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        api.put(1, status="accepted")
    assert api.stored_order()["status"] == ("accepted" if applied else "pending")
    assert api.report()["calls"][0]["code"] is None


def test_a_reset_is_a_tcp_reset(api, awalchat_url):
    api.add_fault("reset", times=None)
    url = httpx.URL(awalchat_url)
    target = "/api/v1/orders/1?phone_number_id=123456"
    head = "".join(f"{name}: {value}\r\n" for name, value in api.credentials("GET", target).items())
    with socket.create_connection((url.host, url.port), timeout=30) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_apply_late_applies_the_update_of_a_client_that_has_disconnected(api, awalchat_url):
    api.add_order()
    api.add_fault("apply_late", seconds=5, answer="hang")
    target = "/api/v1/orders/1?phone_number_id=123456"
    body = b'{"status":"accepted"}'
    headers = {**api.credentials("PUT", target, body), "Content-Type": "application/json"}
    with pytest.raises(httpx.ReadTimeout):
        httpx.put(awalchat_url + target, headers=headers, content=body, timeout=1, trust_env=False)
    assert api.stored_order()["status"] == "pending"
    until(lambda: api.stored_order()["status"] != "pending", what="the update is applied")
    assert api.totals()["transitions"] == 1


@pytest.mark.parametrize("drip_headers", [False, True])
def test_drip_sends_the_whole_response_slowly(api, drip_headers):
    order = api.add_order()
    api.add_fault("drip", pause=0.002, drip_headers=drip_headers)
    start_s = time.monotonic()
    response = api.get(1)
    assert (response.status, response.json["data"]["id"], response.headers["connection"]) == (200, order["id"], "close")
    assert "x-ratelimit-remaining" in response.headers
    assert time.monotonic() - start_s >= 0.002 * len(response.body) * (1.5 if drip_headers else 1)


def test_a_huge_response_arrives_whole(api):
    api.add_fault("body", body="x", size=8_000_000)
    assert len(api.get(1).body) == 8_000_000


def test_only_one_of_many_concurrent_updates_moves_the_order(api):
    api.add_order()
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: api.put(1, status="accepted"), range(40)))
    assert {response.status for response in responses} == {200}
    assert (api.totals()["transitions"], api.totals()["repeat"], api.totals()["applied"]) == (1, 39, 40)


def test_delayed_calls_do_not_delay_other_calls_and_end_at_a_reset(api):
    api.add_order()
    api.add_fault("delay", seconds=600, times=20, match={"method": "GET"})
    threads = [threading.Thread(target=api.get, args=(1,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    until(lambda: api.totals()["calls"] == 20, what="all calls have arrived")
    assert api.put(1, status="accepted").status == 200
    api.control("POST", "/reset")
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert api.totals()["calls"] == 0
