"""`python -m tests.fuzz`: random requests at the HTTP server, and random messages at a worker."""

import logging
import random

import click

from tests.fuzz import messages, requests

PARTS = {"requests": requests.run, "messages": messages.run}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(tuple(PARTS)))
@click.option("--seconds", default=60.0, show_default=True, help="How long each part takes.")
@click.option("--seed", type=int, help="What is sent follows from it; a new one if it is not given.")
def main(parts: tuple[str, ...], seconds: float, seed: int | None) -> None:
    """Send random bytes to PARTS of the program, all if none is named, until one shows a fault."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    chosen_seed = random.SystemRandom().randrange(1 << 32) if seed is None else seed
    click.echo(f"seed {chosen_seed}")
    for part in parts or PARTS:
        click.echo(f"{part}: {PARTS[part](random.Random(chosen_seed), seconds)}")


if __name__ == "__main__":
    main()
