"""What to do next, for a real account."""

import os
import shutil
import sys
from pathlib import Path

from rich.padding import Padding
from rich.text import Text

from worker.cli.printing import Page, plain

SETTINGS = """\
[accounts.main]
platform = "awalchat"
base_url = "https://…"          # what comes before /orders
domain = "…"
client_id = "…"
hmac_secret = "…"
phone_number_id = "…"
[sources.awalchat]
secrets = ["…"]                 # of its webhooks, to /webhooks/awalchat
[sources.courier]
secrets = ["…"]                 # one that you choose, for /webhooks/courier"""
"""All that must be set; the rest has defaults."""


def print_next_steps(page: Page) -> None:
    """Print what to write, and what to run."""
    program = _program()
    page.print("\nFor a real account, write fulfillment.toml", style="bold")
    page.print(Padding(Text(SETTINGS), (0, 0, 0, 2)))
    page.print("and run", style="bold")
    for command, does in {
        "export FULFILLMENT_CONFIG=$PWD/fulfillment.toml": "",
        f"{program} up": "everything in one terminal",
        f"{program} doctor": "in another one: checks it, and the account, by one read",
    }.items():
        page.print(plain(f"  {command:<27} {does}".rstrip()), soft_wrap=True)
    page.print("README.md tells the rest: the platform's side, couriers, services, PostgreSQL.")


def _program() -> str:
    """Return how to call our command from this folder."""
    if shutil.which("fulfillment"):
        return "fulfillment"
    script = Path(sys.executable).with_name("fulfillment")
    return os.path.relpath(script) if script.is_relative_to(Path.cwd()) else str(script)
