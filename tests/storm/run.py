"""One storm, from the first process to the last check."""

import json
import random
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import httpx

from tests.storm.checker import Checker, Report
from tests.storm.integrity import IntegrityWatch
from tests.storm.plan import ManualChange, Plan, make_plan
from tests.storm.platform_troubles import PlatformTroubles
from tests.storm.postgresql import PrivatePostgresql
from tests.storm.records import open_orders
from tests.storm.report import StormReport
from tests.storm.rows import Outcome, report_of
from tests.storm.schedule import Event, schedule
from tests.storm.senders import Senders
from tests.storm.size import Size
from tests.storm.system import Conditions, System
from tests.storm.timeline import Timeline
from tests.storm.troubles import Troubles

CLOCK_AHEAD_SECONDS = 240
"""How far the platforms' clocks are off, at most: they refuse signatures that are 300 s off."""

Progress = Callable[[int, int], None]
"""Gets the number of webhooks with an answer, and of orders that are right."""


@dataclass
class Storm:
    """One storm of a *size* on one kind of *database*: `sqlite` or `postgresql`. *interrupted* ends it.

    The logs of all processes are kept if something is wrong, or if *keeps_logs*.
    """

    size: Size
    database: str
    interrupted: threading.Event
    keeps_logs: bool = False
    _ended: list[str] = field(default_factory=list)
    """The processes that ended by themselves."""

    def __post_init__(self) -> None:
        self.plan: Plan = make_plan(self.size.orders, self.size.seed, self.size.sending_seconds)

    def run(self, show: Callable[[str], None], progress: Progress) -> StormReport:
        """Run the storm, and return what it has shown. Every process has ended when this returns or raises.

        *show* gets each line of the timeline, *progress* the state about every second. Raises `KeyboardInterrupt` when
        the storm is interrupted, and `NoPostgresql`.
        """
        self.timeline, self.progress = Timeline(show), progress
        with ExitStack() as stack:
            server = stack.enter_context(PrivatePostgresql()) if self.database == "postgresql" else None
            conditions = Conditions(_clock_ahead_seconds(self.size.seed), self.size.limits())
            system = stack.enter_context(closing(System(server.url if server else "", conditions)))
            try:
                report = self._run(system, server, conditions)
            except Exception:
                self.timeline.note(f"the logs are kept in {_keep_logs(system)}")
                raise
            if self.keeps_logs or not report.is_good:
                self.timeline.note(f"the logs are kept in {_keep_logs(system)}")
            return report

    def _run(self, system: System, server: PrivatePostgresql | None, conditions: Conditions) -> StormReport:
        system.begin(self.plan.orders)
        self.timeline.note(f"all processes run; the platforms' clocks are {conditions.clock_ahead_seconds} s ahead")
        troubles = Troubles(system, server, self.interrupted.wait)
        platforms = PlatformTroubles(system.sandboxes, self.interrupted.wait)
        events = schedule(troubles, platforms, self.size)
        watch, senders = IntegrityWatch(system), Senders(system.url, self.plan.deliveries, _now())
        platforms.begin(self.size.seed, stubborn_cache=self.size.is_large)
        watch.start()
        senders.start()
        try:
            self._let_troubles_happen(system, troubles, events, senders)
            checker = Checker(self.plan, senders.answers)
            with self.timeline.trouble("the faults of single calls go on"):
                self._await(system, checker, troubles, self.size.faults_until_right)
                platforms.end()
            self._await(system, checker, troubles, 1.0)
        finally:
            senders.stop()
            watch.stop()
        watch.check()
        reports = {account: sandbox.report() for account, sandbox in system.sandboxes.items()}
        outcome = Outcome(self.plan, system, conditions, events, senders, watch, checker, reports, self._ended)
        return report_of(
            self.database,
            outcome,
            self.timeline.last_trouble_ended_at,
            server.data if server else system.data_dir,
        )

    def _let_troubles_happen(self, system: System, troubles: Troubles, events: list[Event], senders: Senders) -> None:
        """Return when every trouble is over, and every webhook has its answer."""
        with ThreadPoolExecutor(len(events) + 1, "trouble") as pool:
            began = monotonic()
            running = [pool.submit(self._happen, event, began) for event in events]
            running.append(pool.submit(self._change_by_hand, system, began))
            while not (_are_done(running) and senders.are_done):
                self._pause(troubles)
                self.progress(len(senders.answers), 0)

    def _happen(self, event: Event, began: float) -> None:
        self.interrupted.wait(max(0.0, began + event.at - monotonic()))
        if not self.interrupted.is_set():
            with self.timeline.trouble(event.name):
                event.run()

    def _change_by_hand(self, system: System, began: float) -> None:
        for change in self.plan.changes:
            self.interrupted.wait(max(0.0, began + change.at - monotonic()))
            _change(system, change)

    def _await(self, system: System, checker: Checker, troubles: Troubles, share: float) -> None:
        """Wait until this share of the orders is right, and nothing is left to do if it is all of them.

        When the time for it is over, the checker says what is wrong.
        """
        ends_at = monotonic() + self.size.calm_within_seconds
        while monotonic() < ends_at:
            right = len(self.plan.orders) - checker.wrong_orders(_orders(system)).count
            self.progress(len(self.plan.deliveries), right)
            if right >= share * len(self.plan.orders) and (share < 1 or _is_at_rest(system)):
                self.timeline.note(f"{right:,} of {len(self.plan.orders):,} orders are right")
                return
            self._pause(troubles)
        self.timeline.note("the time is over; these orders are not at rest")
        for line in open_orders(system):
            self.timeline.note(line)

    def _pause(self, troubles: Troubles) -> None:
        if self.interrupted.wait(self.size.poll_seconds):
            raise KeyboardInterrupt
        for name in troubles.revive():
            self._ended.append(name)
            self.timeline.note(f"{name} had ended by itself, and was started again")


def _clock_ahead_seconds(seed: int) -> int:
    chance = random.Random(seed)
    return chance.choice((-1, 1)) * chance.randrange(CLOCK_AHEAD_SECONDS // 2, CLOCK_AHEAD_SECONDS)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _are_done(futures: list[Future[None]]) -> bool:
    done = [future for future in futures if future.done()]
    for future in done:
        future.result()
    return len(done) == len(futures)


def _change(system: System, change: ManualChange) -> None:
    """Change an order by the control API, which has no faults."""
    with suppress(httpx.HTTPError):
        system.sandboxes[change.order.account]("PATCH", f"/orders/{change.order.order_id}", {"status": change.status})


def _orders(system: System) -> dict[str, Report]:
    """Return the orders of each platform, without their calls."""
    return {account: sandbox("GET", "/report?since=1000000000") for account, sandbox in system.sandboxes.items()}


def _is_at_rest(system: System) -> bool:
    """Tell whether nothing is left to do. An order that misses a parcel waits for weeks."""
    busy = """
        SELECT 1 FROM orders WHERE lease_until IS NOT NULL
        OR (due IS NOT NULL AND stop IS NULL AND waiting <> 'parcels') LIMIT 1"""
    return not system.rows(busy)


def _keep_logs(system: System) -> Path:
    """Copy the logs of all processes and the calls to all platforms to a folder that stays, and return it."""
    folder = Path(tempfile.mkdtemp(prefix="storm-logs-"))
    for name, program in system.programs.items():
        (folder / f"{name}.log").write_text(program.log)
    for account, sandbox in system.sandboxes.items():
        calls = (json.dumps(call) for call in sandbox.report()["calls"])
        (folder / f"calls of {account}.jsonl").write_text("\n".join(calls))
    return folder
