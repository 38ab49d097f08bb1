"""`fulfillment up` serves the console beside the rest, and the orders go on where it cannot."""

import re
import socket
from collections.abc import Callable
from contextlib import closing

import httpx

from tests.support.courier import event_document
from tests.support.installation import FULFILLMENT, Installation
from tests.support.programs import free_port, until


def up(installation: Installation, *options: str) -> Installation:
    """Run everything by one command, with an empty platform."""
    program = installation.add(
        "up", [*FULFILLMENT, "up", *options], lambda: installation.answers() and "worker_ready" in program.output
    )
    installation.platform.start()
    program.start()
    return installation


def moves_an_order(installation: Installation) -> None:
    installation.sandbox.order(1)
    event = event_document("evt_1", "shipment.delivered", 1)
    assert installation.courier.post_until_acknowledged(event).status_code == 202
    until(lambda: installation.sandbox.seen(1)["status"] == "completed")


def test_the_banner_says_where_the_console_is_and_that_everybody_here_may_act(build: Callable[..., Installation]):
    port = free_port()
    with closing(up(build(CONSOLE__LISTEN=f"127.0.0.1:{port}"))) as installation:
        program = installation.programs["up"]
        until(lambda: "console_listening" in program.output, what="the console listens")
        page = httpx.get(f"http://127.0.0.1:{port}/about", trust_env=False, timeout=60)
        assert page.status_code == 200
        banner = program.output.partition("{")[0]
    assert re.search(rf"console +http://127\.0\.0\.1:{port}\n +everybody on this machine may act there", banner)


def test_an_address_in_use_is_said_and_the_orders_go_on(build: Callable[..., Installation]):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with closing(up(build(CONSOLE__LISTEN=f"127.0.0.1:{port}"))) as installation:
            moves_an_order(installation)
            output = installation.programs["up"].output
    assert re.search(rf"console +not served:\n +Cannot listen on 127\.0\.0\.1:{port}: Address already in use\.", output)
    assert "console_listening" not in output


def test_a_console_without_a_login_is_not_served_to_others_and_the_orders_go_on(build: Callable[..., Installation]):
    with closing(up(build(CONSOLE__LISTEN=f"0.0.0.0:{free_port()}"))) as installation:
        moves_an_order(installation)
        output = installation.programs["up"].output
    assert "not served:" in output
    assert "fulfillment console users add NAME" in output
    assert "console_listening" not in output
