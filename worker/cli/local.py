"""How a person on this machine runs our program, and how a program on this machine reaches our receiver."""

import os
import shutil
import sys
from pathlib import Path

from worker.settings import Address

LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing listens here: these are addresses to connect to
"""The address to connect to, for a receiver that listens on all addresses."""


def program_command() -> str:
    """Return the command that runs our program from the working directory."""
    if shutil.which("fulfillment"):
        return "fulfillment"
    script = Path(sys.executable).with_name("fulfillment")
    return os.path.relpath(script) if script.is_relative_to(Path.cwd()) else str(script)


def local_url(listen: Address) -> str:
    """Return the URL of a receiver that listens on *listen*, without a path."""
    return f"http://{listen._replace(host=LOOPBACK.get(listen.host, listen.host))}"
