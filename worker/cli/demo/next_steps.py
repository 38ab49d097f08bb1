"""What to do next, for accounts of one's own."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from worker.cli.demo.shops import SHOPS, Shop
from worker.cli.printing import Page
from worker.settings import describe

WIDTH = 21
"""Columns for what is to be written; what it means takes the rest."""


def print_next_steps(page: Page) -> None:
    """Print what to write, and what to run."""
    program = _program()
    page.print("\nFor accounts of your own, write fulfillment.toml; one of the two will do", style="bold")
    for shop in SHOPS.values():
        for key, meaning in settings_like(shop):
            page.print(f"  {key:<{WIDTH}}  # {meaning}" if meaning else f"  {key}", soft_wrap=True)
    page.print("and run", style="bold")
    page.print("  export FULFILLMENT_CONFIG=fulfillment.toml", soft_wrap=True)
    page.print(f"  {program} up      everything in one terminal; Ctrl-C ends it", soft_wrap=True)
    page.print(f"  {program} doctor  is all well? from another terminal", soft_wrap=True)
    page.print("README.md tells the rest: the platforms' side, couriers, services, PostgreSQL.")


def settings_like(shop: Shop) -> Iterator[tuple[str, str]]:
    """Yield all that must be set for an account like the shop's, and what each means; the rest has defaults."""
    platform = shop.idiom.platform
    yield f"[accounts.{shop.account}]", ""
    yield f'platform = "{platform}"', ""
    for setting in describe():
        if setting.platform == platform and not setting.default:
            yield f'{setting.key.rpartition(".")[2]} = "…"', setting.meaning.partition(":")[0].removesuffix(".")
    for source, profile in shop.sources.items():
        yield f"[sources.{source}]", ""
        yield f'profile = "{profile}"', ""
        yield f'account = "{shop.account}"', ""
        yield 'secrets = ["…"]', f"{_secret(shop, source)} /webhooks/{source}"


def _secret(shop: Shop, source: str) -> str:
    return "of its webhooks, to" if source == shop.hooks else "one that you choose, for"


def _program() -> str:
    """Return how to call our command from this folder."""
    if shutil.which("fulfillment"):
        return "fulfillment"
    script = Path(sys.executable).with_name("fulfillment")
    return os.path.relpath(script) if script.is_relative_to(Path.cwd()) else str(script)
