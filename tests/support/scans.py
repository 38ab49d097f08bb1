"""Scans without their process: over the real database, a platform in memory, and a clock that a test sets."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.events import KEY
from tests.support.harness import Harness
from worker.domain.errors import ApiError
from worker.domain.instants import Duration, Instant
from worker.domain.orders import OrderKey, Reading
from worker.ports import ListedPage, ScanResult
from worker.reconcile.scan import Scanner
from worker.store.scans import SqlScans


@dataclass
class ScanHarness:
    """Scans the account `main` of *harness*. `waits` has the waits for the call budget, which `clock` makes pass."""

    harness: Harness
    waits: list[Duration] = field(default_factory=list)
    reported: list[ApiError] = field(default_factory=list)
    budget: Callable[[], Duration] = lambda: 0
    """Returns how long the next call has to wait."""
    stops: Callable[[], bool] = lambda: False
    """Tells, during a wait, whether the process is to end."""

    def __post_init__(self) -> None:
        self.store = SqlScans(self.harness.database)

    def scanner(self, **parts: Any) -> Scanner:
        values: dict[str, Any] = {
            "store": self.store,
            "locks": self.harness.locks,
            "apis": {KEY.account: self.harness.api},
            "policies": {KEY.account: self.harness.policy},
            "take_call": lambda _account: self.budget(),
            "wait": self._wait,
            "report": lambda _account, error: self.reported.append(error),
        }
        return Scanner(**(values | parts))

    def scan(self, **parts: Any) -> ScanResult:
        """Scan the account, which nobody else scans."""
        result = self.scanner(**parts).scan(KEY.account)
        assert result is not None
        return result

    def _wait(self, wait: Duration) -> bool:
        self.waits.append(wait)
        self.harness.clock.now += wait
        return self.stops()


def a_page(*readings: tuple[str, Reading], last: bool = True, **fields: Any) -> ListedPage:
    """Return a page of a list."""
    return ListedPage(readings, last, **fields)


def counts(result: ScanResult) -> dict[str, list[str]]:
    """Return the ids of the orders that a scan has made due, at most twenty of each kind, by what was found."""
    return {finding.value: [key.order_id for key in found.some] for finding, found in result.found.items()}


class ScriptedLists:
    """The lists of a platform, page by page, for `OrderApi.list_orders`. An exception is raised in place of a page."""

    def __init__(self, **lists: Sequence[ListedPage | Exception]) -> None:
        self.lists, self.asked = lists, list[tuple[str, Instant]]()

    def list_orders(self, status: str | None, since: Instant) -> Iterator[ListedPage]:
        self.asked.append((status or "all", since))
        return map(_raise_or_return, self.lists.get(status or "all", [a_page()]))


def _raise_or_return(page: ListedPage | Exception) -> ListedPage:
    if isinstance(page, Exception):
        raise page
    return page


def settle(harness: Harness, order_id: str, status: str, **fields: object) -> OrderKey:
    """Make an order that rests at *status*, and was read two minutes ago. *fields* are those of the `FakeOrder`."""
    key, order = OrderKey(KEY.account, order_id), harness.api.orders[order_id]
    for name, value in {"status": status, **fields}.items():
        setattr(order, name, value)
    harness.receive("hint", key=f"hint_{order_id}", order=key)
    harness.run_for(seconds=1)
    harness.clock.advance(minutes=2)
    assert harness.row(key)["due"] is None
    return key


def lists_asked(harness: Harness) -> list[str]:
    """Return the lists that the platform was asked for."""
    return [call.order_id for call in harness.api.calls if call.kind == "list"]
