"""The command line, run in the test's own process: fast, and with the same exit codes and texts."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from tests.support.good_settings import GOOD
from worker.cli.main import run

SECRETS = ("hmac-secret", "whsec_of_the_courier_of_these_tests")


class CommandResult(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON object, if it printed one."""
        return json.loads(self.out)

    @property
    def documents(self) -> list[Any]:
        """The JSON objects that it printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Commands:
    """Runs commands with valid settings, which `set` can change."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_dir: str) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        # Nothing listens at these addresses, because these tests need neither the platform nor a receiver.
        here = {
            "FULFILLMENT_LISTEN": "127.0.0.1:9",
            "FULFILLMENT_DATA_DIR": data_dir,
            "FULFILLMENT_ACCOUNTS__MAIN__BASE_URL": "http://127.0.0.1:9",
            "COLUMNS": "80",
        }
        self.set(GOOD | here)

    def set(self, settings: Mapping[str, str | None]) -> None:
        """Change variables of the environment; None removes one."""
        for name, value in settings.items():
            if value is None:
                self._monkeypatch.delenv(name, raising=False)
            else:
                self._monkeypatch.setenv(name, value)

    def __call__(self, *arguments: str) -> CommandResult:
        code = run(arguments)
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err, err
        assert not any(secret in out + err for secret in SECRETS), "a secret was printed"
        return CommandResult(code, out, err)
