"""Prints what to do after the demo: the settings of your own accounts, and the commands to run."""

from collections.abc import Iterator

from worker.cli.demo.senders import Sender
from worker.cli.demo.shops import SHOPS, Shop
from worker.cli.local import program_command
from worker.cli.printing import Output
from worker.settings import describe

WIDTH = 21
"""The width of a setting, in columns; its meaning takes the rest."""
MAX_WIDTH = 78
"""The width of both, in columns."""
BLANK = '["…"]'
"""Stands for secrets."""


def print_next_steps(output: Output) -> None:
    """Print the settings to write and the commands to run."""
    program = program_command()
    output.print("\nFor your own accounts, write fulfillment.toml with what you need of this", style="bold")
    for shop in SHOPS.values():
        for setting in required_settings(shop):
            for line in commented(*setting):
                output.print(f"  {line}", soft_wrap=True)
    output.print("and run in the same folder", style="bold")
    output.print(f"  {program} up      everything in one terminal, until Ctrl-C", soft_wrap=True)
    output.print(f"  {program} doctor  checks it, from another terminal", soft_wrap=True)
    output.print("Only you may read it (`chmod 600 fulfillment.toml`). A secret that you choose:", style="bold")
    output.print(f"  {program} secrets new", soft_wrap=True)
    output.print("README.md explains the rest: the platforms, couriers, services, PostgreSQL.")


def commented(line: str, meaning: str) -> Iterator[str]:
    """Yield *line* with its *meaning* as a comment behind it, or above it where both are too wide."""
    together = f"{line:<{WIDTH}}  # {meaning}" if meaning else line
    if len(together) <= MAX_WIDTH:
        yield together
    else:
        yield from (f"# {meaning}", line)


def required_settings(shop: Shop) -> Iterator[tuple[str, str]]:
    """Yield the lines of the settings for an account like the shop's. Each has a comment, which may be empty."""
    yield f"[accounts.{shop.account}]", ""
    yield f'platform = "{shop.platform.name}"', ""
    for setting in describe():
        if setting.platform == shop.platform.name and not setting.default:
            yield f'{setting.key.rpartition(".")[2]} = "…"', setting.meaning.partition(":")[0].removesuffix(".")
    for sender in shop.senders.values():
        yield from _source(shop, sender)


def _source(shop: Shop, sender: Sender) -> Iterator[tuple[str, str]]:
    yield f"[sources.{sender.source}]", ""
    if sender.source != sender.profile:
        yield f'profile = "{sender.profile}"', ""
    yield f'account = "{shop.account}"', ""
    if sender.file is None and sender.source != shop.platform_source:
        yield 'allow = ["shipment"]', "a courier reports parcels; only your own system sends order events"
    for name, value in sender.settings.items():
        yield f'{name} = "{value}"', _meaning(sender, name)
    yield f"secrets = {_secrets(sender)}", f"{_origin(shop, sender)}, for /webhooks/{sender.source}"


def _secrets(sender: Sender) -> str:
    """Return the value of the setting: a table, if the profile has several methods of authentication."""
    if sender.file is None or len(sender.file.auth) == 1:
        return BLANK
    return f"{{ {', '.join(f'{method} = {BLANK}' for method in sender.methods)} }}"


def _meaning(sender: Sender, name: str) -> str:
    """Return the meaning of a setting of a source: an option of its profile, or a setting that any source may have."""
    options = sender.file.options if sender.file else {}
    if name in options:
        return options[name].help
    meanings = {setting.key.rpartition(".")[2]: setting.meaning for setting in describe()}
    return meanings[name].partition(": ")[2].partition(".")[0].replace("`", "")


def _origin(shop: Shop, sender: Sender) -> str:
    if sender.source == shop.platform_source:
        return "of its webhooks"
    return "shared with the courier" if sender.file else "one that you choose"
