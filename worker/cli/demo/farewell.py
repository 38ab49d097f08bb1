"""What to do next, for a real account."""

import os
import shutil
import sys
from pathlib import Path

from worker.cli.printing import Page

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
    for line in SETTINGS.splitlines():
        page.print(f"  {line}", soft_wrap=True)
    page.print("and run", style="bold")
    page.print("  export FULFILLMENT_CONFIG=fulfillment.toml", soft_wrap=True)
    page.print(f"  {program} up      everything in one terminal; Ctrl-C ends it", soft_wrap=True)
    page.print(f"  {program} doctor  is all well? from another terminal", soft_wrap=True)
    page.print("README.md tells the rest: the platform's side, couriers, services, PostgreSQL.")


def _program() -> str:
    """Return how to call our command from this folder."""
    if shutil.which("fulfillment"):
        return "fulfillment"
    script = Path(sys.executable).with_name("fulfillment")
    return os.path.relpath(script) if script.is_relative_to(Path.cwd()) else str(script)
