"""The performance: opens the stage, plays the day, reads everything back, judges it, and clears up."""

import shutil
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from worker.cli.demo.checks import Check, judge
from worker.cli.demo.clock import DayClock
from worker.cli.demo.day import DAY, OPENS
from worker.cli.demo.errors import DemoFailed
from worker.cli.demo.findings import are_written, read_back
from worker.cli.demo.lines import Lines
from worker.cli.demo.live import LiveTable, fits
from worker.cli.demo.next_steps import print_next_steps
from worker.cli.demo.platform import Platform
from worker.cli.demo.player import Player
from worker.cli.demo.progress import Progress
from worker.cli.demo.screen import Screen
from worker.cli.demo.senders import Senders
from worker.cli.demo.shops import SHOPS
from worker.cli.demo.summary import print_checks, print_summary
from worker.cli.demo.system import System, open_system
from worker.cli.demo.timeouts import Timeouts
from worker.cli.demo.watch import View, Watch
from worker.cli.printing import Page, plain, visible
from worker.domain.errors import FulfillmentError
from worker.processes.exits import NEEDS_A_PERSON, WELL

LONGEST_TEMPORARY = 40
"""Characters: a socket stands in the folder, and the system limits its path to about a hundred."""
LAST_WORDS = 6
MOST_OF_A_LINE = 240


def run(page: Page, timeout: Timeouts) -> int:
    """Play the day in a folder of its own; returns the exit code. The folder stays when something is wrong."""
    folder = _make_folder()
    try:
        checks = _play(page, folder, timeout)
    except (KeyboardInterrupt, BrokenPipeError):  # nobody waits for the end, or reads on
        shutil.rmtree(folder)
        raise
    except (DemoFailed, FulfillmentError, OSError) as error:
        _print_logs(page, folder)
        page.print()
        page.print(plain(f"The demo had to stop. {error}", "bold red"), soft_wrap=True)
        return _keep(page, folder)
    is_wrong = any(check.differs for check in checks)
    if is_wrong:
        _print_logs(page, folder)
    print_checks(page, checks)
    if is_wrong:
        return _keep(page, folder)
    shutil.rmtree(folder)
    print_next_steps(page)
    return WELL


def _make_folder() -> Path:
    temporary = tempfile.gettempdir()
    short = temporary if len(temporary) <= LONGEST_TEMPORARY else "/tmp"  # noqa: S108 - mkdtemp makes a private folder in it
    return Path(tempfile.mkdtemp(prefix="fulfillment-demo-", dir=short))


def _play(page: Page, folder: Path, timeout: Timeouts) -> tuple[Check, ...]:
    page.print("Opening two shops: their sandboxes, database, Valkey, receiver, Celery worker …")
    with open_system(folder, timeout) as system, _calling(system) as (platforms, senders):
        view = _live_through(page, system, platforms, senders, timeout)
        in_time = timeout.wait_for(lambda: are_written(system.database, senders.receipts))
        found = read_back(platforms, system.database, view, senders.receipts)
        print_summary(page, found)
    return judge(DAY, found, in_time=in_time)


@contextmanager
def _calling(system: System) -> Iterator[tuple[Mapping[str, Platform], Senders]]:
    parts = system.installation
    with ExitStack() as stack:
        platforms = {
            account: stack.enter_context(closing(Platform(shop, f"http://{parts.platforms[account]}")))
            for account, shop in SHOPS.items()
        }
        senders = stack.enter_context(closing(Senders(f"http://{parts.receiver}", parts.secrets)))
        yield platforms, senders


def _live_through(
    page: Page, system: System, platforms: Mapping[str, Platform], senders: Senders, timeout: Timeouts
) -> View:
    """Let the day happen, and show it, until nothing is left to do or the time is up; returns the last look."""
    clock, watch, progress = DayClock(OPENS), Watch(platforms, system.database), Progress()
    player = Player(DAY, clock, platforms, senders)
    screen: Screen = LiveTable(page, DAY) if fits(page) else Lines(page)
    with screen:
        while True:
            system.check()
            view = watch.look()
            for line in progress.tell(view, clock.now):
                screen.tell(line)
            screen.show(view, clock.now)
            if timeout.is_over or (player.is_over and view.is_at_rest):
                return view
            for line in player.play(view):
                screen.tell(line)
            timeout.pause()


def _print_logs(page: Page, folder: Path) -> None:
    """Show the last words of every service."""
    for log in sorted(folder.glob("*.log")):
        lines = deque(log.read_text(errors="replace").splitlines(), maxlen=LAST_WORDS)
        if lines:
            page.print(f"\nThe last lines of {log.name}", style="bold")
        for line in lines:
            page.print(plain(visible(line)[:MOST_OF_A_LINE]), soft_wrap=True)


def _keep(page: Page, folder: Path) -> int:
    """Say where everything is."""
    page.print(f"The database and all logs are in {folder}", style="bold", soft_wrap=True)
    return NEEDS_A_PERSON
