"""`fulfillment console` as a process: where it starts, where it refuses to, and how it ends."""

import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.support.good_settings import GOOD
from tests.support.installation import FULFILLMENT
from tests.support.programs import ROOT, Program, free_port, until
from worker.store.console.users import SqlUsers
from worker.store.database.database import Database

GUARD_SECONDS = 100


@pytest.fixture
def environ(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a console that listens on a free port."""
    port = free_port()
    own = {"FULFILLMENT_DATABASE_URL": sqlite_url, "FULFILLMENT_DATA_DIR": str(tmp_path)}
    return GOOD | own | {"FULFILLMENT_CONSOLE__LISTEN": f"127.0.0.1:{port}", "PATH": "/usr/bin:/bin"}


@pytest.fixture
def url(environ: Mapping[str, str]) -> str:
    return f"http://{environ['FULFILLMENT_CONSOLE__LISTEN']}"


@pytest.fixture
def console(environ: dict[str, str], url: str, tmp_path: Path) -> Iterator[Program]:
    """The console, not started yet."""

    def answers() -> bool:
        try:
            return httpx.get(f"{url}/healthz", trust_env=False, timeout=GUARD_SECONDS).is_success
        except httpx.TransportError:
            return False

    program = Program("console", [*FULFILLMENT, "console"], environ, tmp_path, answers)
    yield program
    program.send(signal.SIGTERM)
    program.close()


def refusal(environ: Mapping[str, str]) -> tuple[int, str]:
    """Return the exit code and the messages of a console that does not start."""
    command = [*FULFILLMENT, "console"]
    ended = subprocess.run(
        command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False, timeout=GUARD_SECONDS
    )
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_its_pages_until_a_signal(console: Program, url: str, number: signal.Signals):
    console.start()
    page = httpx.get(f"{url}/about", trust_env=False, timeout=GUARD_SECONDS)
    assert page.status_code == 200
    assert "About this console" in page.text
    console.send(number)
    assert console.exit_code() == 0
    assert "console_ending" in console.output
    assert "Traceback" not in console.output


def test_it_logs_who_acts_and_no_field_of_the_form(console: Program, url: str):
    console.start()
    fields = {"name": "sara", "password": "a-secret-in-a-form", "reason": "another-secret"}
    assert httpx.post(f"{url}/login?x=secret-query", data=fields, trust_env=False, timeout=GUARD_SECONDS).is_error
    until(lambda: "console_request" in console.output, what="the line")
    assert '"path": "/login"' in console.output
    assert "secret" not in console.output


@pytest.mark.parametrize("listen", ["0.0.0.0:1", "[::]:1", "192.0.2.1:1"])
def test_beyond_this_machine_it_refuses_to_start_without_a_login(environ: dict[str, str], listen: str):
    code, messages = refusal(environ | {"FULFILLMENT_CONSOLE__LISTEN": listen})
    assert code == 2
    assert f"console.listen is {listen}, beyond this machine" in messages
    assert "Add a user first: fulfillment console users add NAME --role operator." in messages


def test_with_a_user_it_starts_there_and_asks_for_a_login(environ: dict[str, str], sqlite_url: str, console: Program):
    database = Database(sqlite_url)
    assert SqlUsers(database).add("sara", "operator", "hash")
    database.close()
    port = environ["FULFILLMENT_CONSOLE__LISTEN"].rpartition(":")[2]
    environ["FULFILLMENT_CONSOLE__LISTEN"] = f"0.0.0.0:{port}"
    console.start()
    page = httpx.get(f"http://127.0.0.1:{port}/about", trust_env=False, timeout=GUARD_SECONDS)
    assert (page.status_code, page.headers["Location"]) == (303, "/login?next=%2Fabout")


def test_an_address_in_use_and_a_missing_database_are_one_sentence(environ: dict[str, str], tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, message = refusal(environ | {"FULFILLMENT_CONSOLE__LISTEN": f"127.0.0.1:{port}"})
        assert (code, message.splitlines()) == (
            3,
            [f"fulfillment: Cannot listen on 127.0.0.1:{port}: Address already in use."],
        )
    code, message = refusal(environ | {"FULFILLMENT_DATABASE_URL": f"sqlite:///{tmp_path}/none.db"})
    assert code == 3
    assert "fulfillment migrate" in message
