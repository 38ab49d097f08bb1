"""`python -m tests.storm`: run a storm on each database, and print what the checker says of it."""

import os
import platform
import signal
import sys
import threading
from datetime import UTC, datetime
from types import FrameType

import click

from tests.storm.postgresql import NoPostgresql
from tests.storm.progress import screen
from tests.storm.report import StormReport, as_table
from tests.storm.run import Storm
from tests.storm.size import Size

DATABASES = ("sqlite", "postgresql")
INTERRUPTED = 130


@click.command(context_settings={"show_default": True})
@click.option("--orders", default=10_000, type=click.IntRange(20, 80_000), help="How many orders there are.")
@click.option("--seed", default=1, help="What happens, and when, follows from it.")
@click.option("--database", type=click.Choice(DATABASES), multiple=True, default=DATABASES)
@click.option("--keep-logs", is_flag=True, help="Keep the logs of all processes, also of a storm without a fault.")
def main(orders: int, seed: int, database: tuple[str, ...], *, keep_logs: bool) -> None:
    """Run a storm on each DATABASE. The exit code is 0 if the checker finds no fault, else 1."""
    interrupted = threading.Event()

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        interrupted.set()

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    click.echo(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {seed}")
    reports = [_run(Storm(Size(orders, seed), name, interrupted, keep_logs)) for name in database]
    click.echo("\n" + "\n".join(as_table(reports)))
    is_good = all(report.is_good for report in reports)
    click.echo(f"\n{'The checker found no fault.' if is_good else 'FAILED'}")
    sys.exit(0 if is_good else 1)


def _run(storm: Storm) -> StormReport:
    """Run one storm. When that is not possible, or it is interrupted, end the program."""
    click.echo(f"\n{storm.database}")
    try:
        with screen(len(storm.plan.deliveries), storm.size.orders) as shown:
            report = storm.run(shown.show, shown.update)
    except NoPostgresql as missing:
        raise click.ClickException(f"{missing}; without it: --database sqlite") from missing
    except KeyboardInterrupt:
        click.echo("interrupted; all processes have ended")
        sys.exit(INTERRUPTED)
    for problem in report.problems():
        click.echo(problem)
    return report


if __name__ == "__main__":
    main()
