"""`python -m tests.benchmarks [PART ...]`: measure, and print ratios of one run. Nothing here passes or fails."""

import os
import platform
import sys
import time
from importlib import import_module

import click

from tests.benchmarks.installations import NoPostgresql

PARTS = (
    *("receiver", "latency", "orders", "platforms", "memory", "growth", "kills", "fairness", "profile"),
    *("startup", "budget", "console"),
)


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
def main(parts: tuple[str, ...]) -> None:
    """Measure PARTS, by default all of them."""
    cores, load = os.cpu_count(), os.getloadavg()[0]
    click.echo(f"{cores} cores, Python {platform.python_version()}, load {load:.1f} before the first part")
    for part in parts or PARTS:
        module, began = import_module(f"tests.benchmarks.{part}"), time.monotonic()
        click.echo(f"\n{part} — {module.__doc__}")
        try:
            for line in module.run():
                click.echo(line)
        except NoPostgresql as missing:  # which every part measures last
            click.echo(str(missing))
        click.echo(f"({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    sys.exit(main())
