"""How the process of the sandbox starts, fails to start and stops."""

import signal
import time

import httpx
import pytest

from tests.integration.sandbox.conftest import url_of


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_exits_with_0_on_a_signal_even_if_calls_are_waiting(start, number):
    with start() as process:
        url = url_of(process)
        httpx.post(f"{url}/_sandbox/faults", json={"kind": "outage", "answer": "hang", "seconds": 60}, trust_env=False)
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{url}/api/v1/orders", timeout=1, trust_env=False)
        process.send_signal(number)
        assert process.wait(30) == 0
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "localhost", "example.com"])  # noqa: S104 - refused
def test_it_listens_on_loopback_only(start, host):
    with start("--host", host) as process:
        assert process.wait(60) == 2
        assert "is not a loopback address" in process.stderr.read()


def test_a_port_in_use_is_an_error_of_one_sentence(start, awalchat_url):
    port = awalchat_url.rpartition(":")[2]
    with start("--port", port) as process:
        assert process.wait(60) == 1
        assert process.stderr.read() == f"Error: Cannot listen on 127.0.0.1 port {port}: Address already in use.\n"


def test_clock_offset_sets_its_clock_ahead(start):
    with start(SANDBOX_CLOCK_OFFSET="3600") as process:
        response = httpx.get(f"{url_of(process)}/api/v1/orders", trust_env=False)
    assert 3590 < int(response.headers["X-RateLimit-Reset"]) - time.time() < 3670
