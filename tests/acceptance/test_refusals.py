"""A service that cannot start prints one sentence and exits with a code: each of our commands, and plain Celery."""

import socket

import pytest

from tests.support.installation import CELERY, FULFILLMENT, HMAC_SECRET, Installation

RECEIVER, WORKER, UP = (*FULFILLMENT, "receiver"), (*FULFILLMENT, "worker"), (*FULFILLMENT, "up")
PLAIN = (*CELERY, "worker")
NAMES = {RECEIVER: "receiver", WORKER: "worker", UP: "up", PLAIN: "celery"}
WRONG_SETTINGS, UNREACHABLE = 2, 3
NO_DATABASE = "postgresql+psycopg://nobody:hunter2hunter2@127.0.0.1:1/nothing"


@pytest.fixture(scope="module")
def installation(build) -> Installation:
    """An installation in which nothing runs and whose database has no schema."""
    built: Installation = build()
    return built


def refusal(installation: Installation, program: tuple[str, ...], **settings: str) -> tuple[int, str]:
    """Run *program* until it exits. Returns its exit code and its only sentence."""
    result = installation.run(program=program, **settings)
    sentences = [
        line for line in result.stderr.splitlines() if line.strip() and not line.startswith(("Usage:", "Try "))
    ]
    assert result.stdout.strip() == ""
    assert "Traceback" not in result.stderr
    assert "hunter2" not in result.stderr
    assert HMAC_SECRET not in result.stderr
    assert len(sentences) == 1, result.stderr
    return result.returncode, sentences[0]


@pytest.mark.parametrize("program", NAMES, ids=NAMES.get)
def test_a_wrong_setting_is_named_and_its_value_is_not_shown(installation, program):
    code, sentence = refusal(installation, program, ACCOUNTS__MAIN__SETTLE="soon")
    assert code == WRONG_SETTINGS
    assert "FULFILLMENT_ACCOUNTS__MAIN__SETTLE" in sentence
    assert "soon" not in sentence


@pytest.mark.parametrize("program", [RECEIVER, WORKER, PLAIN], ids=NAMES.get)
def test_a_missing_schema_is_reported_with_the_command_that_makes_it(installation, program):
    code, sentence = refusal(installation, program)
    assert code == UNREACHABLE
    assert "fulfillment migrate" in sentence


@pytest.mark.parametrize("program", NAMES, ids=NAMES.get)
def test_a_database_that_does_not_answer_is_reported(installation, program):
    code, sentence = refusal(installation, program, DATABASE_URL=NO_DATABASE)
    assert code == UNREACHABLE
    assert "database" in sentence


@pytest.mark.parametrize("program", [RECEIVER, UP], ids=NAMES.get)
def test_an_address_in_use_is_reported_before_anything_starts(build, program):
    installation = build()
    assert installation.run("migrate").returncode == 0
    with socket.create_server(("127.0.0.1", installation.port)):
        code, sentence = refusal(installation, program)
    assert code == UNREACHABLE
    assert f"127.0.0.1:{installation.port}" in sentence
    assert not (installation.data_dir / "valkey.sock").exists()
