"""Prints what to do after the demo: the settings of your own accounts, and the commands to run."""

from collections.abc import Iterator

from worker.cli.demo.shops import SHOPS, Shop
from worker.cli.local import program_command
from worker.cli.printing import Output
from worker.settings import describe

WIDTH = 21
"""The width of a setting, in columns; its meaning takes the rest."""


def print_next_steps(output: Output) -> None:
    """Print the settings to write and the commands to run."""
    program = program_command()
    output.print("\nFor your own accounts, write fulfillment.toml; one of the two is enough", style="bold")
    for shop in SHOPS.values():
        for line, meaning in required_settings(shop):
            output.print(f"  {line:<{WIDTH}}  # {meaning}" if meaning else f"  {line}", soft_wrap=True)
    output.print("and run in the same folder", style="bold")
    output.print(f"  {program} up      everything in one terminal, until Ctrl-C", soft_wrap=True)
    output.print(f"  {program} doctor  checks it, from another terminal", soft_wrap=True)
    output.print("README.md explains the rest: the platforms, couriers, services, PostgreSQL.")


def required_settings(shop: Shop) -> Iterator[tuple[str, str]]:
    """Yield the lines of the settings for an account like the shop's. Each has a comment, which may be empty."""
    yield f"[accounts.{shop.account}]", ""
    yield f'platform = "{shop.platform.name}"', ""
    for setting in describe():
        if setting.platform == shop.platform.name and not setting.default:
            yield f'{setting.key.rpartition(".")[2]} = "…"', setting.meaning.partition(":")[0].removesuffix(".")
    for source, profile in shop.sources.items():
        yield f"[sources.{source}]", ""
        yield f'profile = "{profile}"', ""
        yield f'account = "{shop.account}"', ""
        origin = "of its webhooks, to" if source == shop.platform_source else "one that you choose, for"
        yield 'secrets = ["…"]', f"{origin} /webhooks/{source}"
