"""Runs the demo: starts the system, runs the day, reads and checks the result, and cleans up."""

import shutil
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from worker.cli.demo.checks import Check, check_day
from worker.cli.demo.clients import SandboxClient, WebhookClient
from worker.cli.demo.day import DAY, OPENING
from worker.cli.demo.driver import Driver
from worker.cli.demo.errors import DemoFailed
from worker.cli.demo.findings import all_deliveries_recorded, read_findings
from worker.cli.demo.introduction import print_couriers
from worker.cli.demo.kept import print_kept
from worker.cli.demo.merchant import Merchant
from worker.cli.demo.next_steps import print_next_steps
from worker.cli.demo.progress import Progress, View, read_view
from worker.cli.demo.screen import open_screen
from worker.cli.demo.shops import SHOPS
from worker.cli.demo.summary import print_checks, print_summary
from worker.cli.demo.system import System, open_system
from worker.cli.demo.timing import DayClock, TimeLimit
from worker.cli.printing import Output, plain
from worker.cli.temporary import make_folder
from worker.domain.errors import FulfillmentError
from worker.domain.text import visible
from worker.processes.exits import NEEDS_A_PERSON, WELL

LOG_LINES = 6
"""How many lines of each log are printed after a failure."""
MAX_LOG_LINE = 240
"""Characters."""


def run(output: Output, limit: TimeLimit, *, keep: bool = False) -> int:
    """Run the day in a temporary folder and return the exit code.

    The folder stays only when something is wrong, or to *keep* it at the end of the day.
    """
    folder = make_folder("fulfillment-demo-")
    try:
        checks = _run_day(output, folder, limit)
    except (KeyboardInterrupt, BrokenPipeError):  # Ctrl-C, or the reader of a pipe has gone
        shutil.rmtree(folder)
        raise
    except (DemoFailed, FulfillmentError, OSError) as error:
        _print_logs(output, folder)
        output.print()
        output.print(plain(f"The demo had to stop. {error}", "bold red"), soft_wrap=True)
        return _keep(output, folder)
    is_wrong = any(check.differences for check in checks)
    if is_wrong:
        _print_logs(output, folder)
    print_checks(output, checks)
    if is_wrong:
        return _keep(output, folder)
    if keep:
        print_kept(output, folder)
        return WELL
    shutil.rmtree(folder)
    print_next_steps(output)
    return WELL


def _run_day(output: Output, folder: Path, limit: TimeLimit) -> tuple[Check, ...]:
    output.print("Starting two shops: their sandboxes, database, Valkey, receiver, Celery worker …")
    print_couriers(output)
    with open_system(folder, limit) as system, _clients(system) as (sandboxes, webhooks):
        view = _watch_day(output, system, sandboxes, webhooks, limit)
        in_time = limit.wait_for(lambda: all_deliveries_recorded(system.database, webhooks.replies))
        findings = read_findings(sandboxes, system.database, view, webhooks.replies)
        print_summary(output, findings)
    return check_day(DAY, findings, in_time=in_time)


@contextmanager
def _clients(system: System) -> Iterator[tuple[Mapping[str, SandboxClient], WebhookClient]]:
    installation = system.installation
    with ExitStack() as stack:
        sandboxes = {
            account: stack.enter_context(closing(SandboxClient(shop, f"http://{installation.sandboxes[account]}")))
            for account, shop in SHOPS.items()
        }
        webhooks = WebhookClient(f"http://{installation.receiver}")
        yield sandboxes, stack.enter_context(closing(webhooks))


def _watch_day(
    output: Output,
    system: System,
    sandboxes: Mapping[str, SandboxClient],
    webhooks: WebhookClient,
    limit: TimeLimit,
) -> View:
    """Carry out the day and show it until nothing is left to do, or the time is up. Return the last view."""
    clock, progress = DayClock(OPENING), Progress()
    merchant = Merchant(system.installation, system.database)
    driver = Driver(DAY, clock, sandboxes, webhooks, merchant)
    with open_screen(output, DAY) as screen:
        while True:
            system.check()
            view = read_view(sandboxes, system.database)
            for line in progress.new_lines(view, clock.minutes):
                screen.add(line)
            screen.show(view, clock.minutes)
            if limit.is_over or (driver.is_finished and view.is_at_rest):
                return view
            for line in driver.run_due(view):
                screen.add(line)
            limit.pause()


def _print_logs(output: Output, folder: Path) -> None:
    """Print the last lines of every log."""
    for log in sorted(folder.glob("*.log")):
        lines = deque(log.read_text(errors="replace").splitlines(), maxlen=LOG_LINES)
        if lines:
            output.print(f"\nThe last lines of {log.name}", style="bold")
        for line in lines:
            output.print(plain(visible(line)[:MAX_LOG_LINE]), soft_wrap=True)


def _keep(output: Output, folder: Path) -> int:
    """Print what is in the folder, which is not deleted, and return the exit code."""
    print_kept(output, folder)
    return NEEDS_A_PERSON
