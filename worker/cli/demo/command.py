"""`fulfillment demo`."""

import click

SECONDS = 36.0
"""How long opening and playing may take; the reckoning and the end take the rest of the forty seconds."""


@click.command()
def demo() -> int:
    """Play a day of two small shops on this machine, and check it.

    Starts the whole system on embedded defaults, in a folder that it removes: a sandbox in place of each shop's
    platform, one receiver, one Celery worker, SQLite and Valkey. Ends within 40 seconds: with 0 if all is right, else
    with 1.
    """
    from worker.cli.demo.run import run
    from worker.cli.demo.timeouts import Timeouts
    from worker.cli.printing import Page

    timeout = Timeouts(SECONDS)
    with timeout.listening():
        return run(Page(), timeout)
