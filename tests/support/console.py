"""An installation with a console."""

import subprocess
from typing import Any, Self

import httpx

from tests.support.installation import FULFILLMENT, Installation
from tests.support.programs import ROOT, Program, free_port

PASSWORDS = {"olga": "olga-reads-7-orders", "victor": "victor-looks-at-9-lists"}
"""The passwords of an operator and of a viewer."""


class ConsoleInstallation(Installation):
    """An installation with the process of the console. It has no users until `add_user`."""

    def __init__(self, database_url: str = "", **settings: str) -> None:
        port = free_port()
        self.console_url = f"http://127.0.0.1:{port}"
        super().__init__(database_url, CONSOLE__LISTEN=f"127.0.0.1:{port}", **settings)
        self.console = self.add("console", (*FULFILLMENT, "console"), self.console_answers)

    def open(self, *programs: Program) -> Self:
        chosen = programs or (self.platform, self.valkey, self.receiver, self.worker, self.console)
        return super().open(*chosen)

    def console_answers(self) -> bool:
        """Tell whether the console is alive."""
        try:
            return httpx.get(f"{self.console_url}/healthz", trust_env=False, timeout=30).is_success
        except httpx.TransportError:
            return False

    def add_user(self, name: str, role: str) -> str:
        """Add a user of the console, and return the password."""
        command = [*FULFILLMENT, "console", "users", "add", name, "--role", role, "--password-stdin"]
        added: Any = subprocess.run(
            command, env=self.environ, cwd=ROOT, input=PASSWORDS[name], capture_output=True, text=True, check=False
        )
        assert added.returncode == 0, added.stderr
        return PASSWORDS[name]
