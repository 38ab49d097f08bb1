"""What can be foreseen ends in one clear sentence and an exit code, for each of our services and for plain Celery."""

import socket

import pytest

from tests.support.installation import CELERY, FULFILLMENT, HMAC_SECRET, Installation

RECEIVER, WORKER, UP = (*FULFILLMENT, "receiver"), (*FULFILLMENT, "worker"), (*FULFILLMENT, "up")
PLAIN = (*CELERY, "worker")
NAMES = {RECEIVER: "receiver", WORKER: "worker", UP: "up", PLAIN: "celery"}
WRONG_SETTINGS, UNREACHABLE = 2, 3
NOWHERE = "postgresql+psycopg://nobody:hunter2hunter2@127.0.0.1:1/nothing"


@pytest.fixture(scope="module")
def installation(build) -> Installation:
    """A house in which nothing runs, and whose database has no schema."""
    installation: Installation = build()
    return installation


def refusal(installation: Installation, program: tuple[str, ...], **settings: str) -> tuple[int, str]:
    """Run *program* to its early end; returns its exit code and its only sentence."""
    ended = installation.run(program=program, **settings)
    words = [line for line in ended.stderr.splitlines() if line.strip() and not line.startswith(("Usage:", "Try "))]
    assert ended.stdout.strip() == ""
    assert "Traceback" not in ended.stderr
    assert "hunter2" not in ended.stderr
    assert HMAC_SECRET not in ended.stderr
    assert len(words) == 1, ended.stderr
    return ended.returncode, words[0]


@pytest.mark.parametrize("program", NAMES, ids=NAMES.get)
def test_a_setting_that_is_wrong(installation, program):
    code, sentence = refusal(installation, program, ACCOUNTS__MAIN__SETTLE="soon")
    assert code == WRONG_SETTINGS
    assert "FULFILLMENT_ACCOUNTS__MAIN__SETTLE" in sentence
    assert "soon" not in sentence


@pytest.mark.parametrize("program", [RECEIVER, WORKER, PLAIN], ids=NAMES.get)
def test_a_schema_that_is_missing(installation, program):
    code, sentence = refusal(installation, program)
    assert code == UNREACHABLE
    assert "fulfillment migrate" in sentence


@pytest.mark.parametrize("program", NAMES, ids=NAMES.get)
def test_a_database_that_is_not_there(installation, program):
    code, sentence = refusal(installation, program, DATABASE_URL=NOWHERE)
    assert code == UNREACHABLE
    assert "database" in sentence


@pytest.mark.parametrize("program", [RECEIVER, UP], ids=NAMES.get)
def test_an_address_that_is_taken(build, program):
    installation = build()
    assert installation.run("migrate").returncode == 0
    with socket.create_server(("127.0.0.1", installation.port)):
        code, sentence = refusal(installation, program)
    assert code == UNREACHABLE
    assert f"127.0.0.1:{installation.port}" in sentence
    assert not (installation.data_dir / "valkey.sock").exists()
