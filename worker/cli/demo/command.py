"""`fulfillment demo`."""

import click

LIMIT_SECONDS = 36.0
"""The limit for the start and the day together. The rest of the 40 seconds is for the summary and the stop."""


@click.command()
@click.option("--keep", is_flag=True, help="Keep the folder, and print commands to look at what has happened.")
def demo(keep: bool) -> int:
    """Run a day of two small shops on this machine, and check it.

    Starts the whole system on embedded defaults, in a temporary folder: for each shop a sandbox that simulates its
    platform, one receiver, one Celery worker, SQLite and Valkey. Ends within 40 seconds: with 0 if all is right, else
    with 1. Deletes the folder, unless something is wrong, or `--keep` is given.
    """
    from worker.cli.demo.run import run
    from worker.cli.demo.timing import TimeLimit
    from worker.cli.printing import Output

    limit = TimeLimit(LIMIT_SECONDS)
    with limit.signals_handled():
        return run(Output(), limit, keep=keep)
