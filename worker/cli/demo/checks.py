"""Compares the findings at the end of the day with the scenarios of its orders."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from worker.cli.demo.expected import actions_of, expected_answers, expected_events, replayed_sources
from worker.cli.demo.findings import Findings
from worker.cli.demo.progress import STATES_AT_REST, position_of
from worker.cli.demo.script import Expected, Scenario
from worker.cli.demo.shops import shop_of
from worker.domain.events import EventResult
from worker.domain.orders import OrderKey
from worker.domain.overview.figures import Integrity
from worker.domain.reasons import DeliveryOutcome, WriteOutcome


@dataclass(frozen=True, slots=True)
class Check:
    """A sentence that must be true. Each of the *differences* is a line that says why it is not."""

    sentence: str
    differences: tuple[str, ...] = ()


def check_day(day: Sequence[Scenario], findings: Findings, *, in_time: bool) -> tuple[Check, ...]:
    """Compare *findings* with the scenarios of *day*. *in_time*: the day was over before the time limit."""
    late = () if in_time else ("it is not over: see the orders above, and the logs",)
    return (
        Check("the day was over in time, and nothing is left to do", (*late, *_open(findings))),
        Check(
            "every order ended as its scenario says, at its platform and in the database",
            tuple(_ends(day, findings)),
        ),
        Check("every sender was answered as its scenario says", tuple(_answers(day, findings))),
        Check(
            "every delivery is in the database, with the outcome of its answer or replay",
            tuple(_deliveries(day, findings)),
        ),
        Check("every word of a sender became the event that its scenario says", tuple(_words(day, findings))),
        Check("every event has a result", tuple(_events(findings))),
        Check("every write that the platforms saw is in the database", tuple(_writes(findings))),
        Check("every call that failed was tried again", tuple(_retries(findings))),
        Check("no step was illegal, and no data of others was lost", tuple(_damage(day, findings))),
    )


def _open(findings: Findings) -> Iterator[str]:
    for order, row in findings.view.rows.items():
        if findings.view.state(order) not in STATES_AT_REST or row.order.sending:
            yield f"{order} is {findings.view.state(order)}, {row.waiting or 'with something to do'}"
    integrity = findings.health.integrity or Integrity()
    yield from (f"{count} {name}" for name, count in integrity.discrepancies.items() if count)


def _ends(day: Sequence[Scenario], findings: Findings) -> Iterator[str]:
    for scenario in day:
        expected, row = scenario.expected, findings.view.rows.get(scenario.order)
        order = findings.view.platform_order(scenario.order)
        at_platform = shop_of(scenario.order).platform.position(order) if order else "missing"
        in_database = Expected(position_of(row), row.stop) if row else None
        if (at_platform, in_database) != (expected.position, expected):
            where = f"{at_platform}, and in the database {in_database or 'not known'}"
            yield f"{scenario.order} is {where}; its scenario says: {expected}"


def _answers(day: Sequence[Scenario], findings: Findings) -> Iterator[str]:
    expected = Counter(answer for scenario, action in actions_of(day) for answer in expected_answers(scenario, action))
    yield from _compare(expected, Counter(reply.outcome for reply in findings.replies), "answered")


def _deliveries(day: Sequence[Scenario], findings: Findings) -> Iterator[str]:
    expected = Counter(f"{reply.source} {reply.outcome}" for reply in findings.replies)
    for source in replayed_sources(day):
        expected.subtract([f"{source} {DeliveryOutcome.QUARANTINED}"])
        expected.update([f"{source} {DeliveryOutcome.ACCEPTED}"])
    recorded = {f"{source} {outcome}": count for (source, outcome), count in findings.figures.deliveries.items()}
    yield from _compare(expected, Counter(recorded), "in the database")
    ids = {reply.delivery_id for reply in findings.replies if reply.is_acknowledged and reply.delivery_id}
    missing = sorted(ids - findings.stored_ids)
    yield from (f"delivery {delivery_id} was acknowledged and is not there" for delivery_id in missing)


def _words(day: Sequence[Scenario], findings: Findings) -> Iterator[str]:
    expected = Counter(event for scenario, action in actions_of(day) for event in expected_events(scenario, action))
    yield from _compare(_named(expected), _named(findings.events), "in the database")


def _named(events: Mapping[tuple[OrderKey, str], int]) -> Counter[str]:
    return Counter({f"{event} of {order}": count for (order, event), count in events.items()})


def _events(findings: Findings) -> Iterator[str]:
    counts = findings.figures.events
    if pending := counts.get(EventResult.PENDING):
        yield f"{pending} are pending"
    if (total := sum(counts.values())) != (stored := sum(findings.events.values())):
        yield f"{total} have a result, and {stored} belong to a delivery"


def _writes(findings: Findings) -> Iterator[str]:
    received, ours = findings.total("writes"), Counter(findings.figures.writes)
    if received != ours.total() - ours[WriteOutcome.NOT_SENT]:
        yield f"the platforms saw {received}, and the database has {ours.total() - ours[WriteOutcome.NOT_SENT]}"
    if ours[WriteOutcome.SENT]:
        yield f"{ours[WriteOutcome.SENT]} have no answer yet"


def _retries(findings: Findings) -> Iterator[str]:
    if findings.retries != findings.failed_calls:
        yield f"{findings.failed_calls} calls failed, and {findings.retries} of them were tried again"
    if findings.unused_faults:
        yield f"{findings.unused_faults} of the faults of the day met no call"


def _damage(day: Sequence[Scenario], findings: Findings) -> Iterator[str]:
    for account, report in findings.view.reports.items():
        if report.totals["illegal"]:
            yield f"{report.totals['illegal']} illegal steps at {account}"
    yield from (f"{count} × {loss} at {account}" for (account, loss), count in findings.losses.items() if count)
    for scenario in day:
        order, platform = findings.view.platform_order(scenario.order), shop_of(scenario.order).platform
        for name, value in platform.fields_of(scenario.new_order).items():
            if name != "status" and not _contains(order.get(name), value):
                yield f"{scenario.order} was placed with the {name} “{value}”, and has “{order.get(name)}”"


def _contains(current: object, original: object) -> bool:
    """Tell whether *current* still has the *original* data of others. Our lines and keys may be added to it."""
    if isinstance(original, str) and isinstance(current, str):
        return original in current.splitlines()
    if isinstance(original, dict) and isinstance(current, dict):
        return original.items() <= current.items()
    return original == current


def _compare(expected: Counter[str], actual: Counter[str], where: str) -> Iterator[str]:
    for word in sorted(expected | actual):
        if expected[word] != actual[word]:
            yield f"{word}: {actual[word]} {where}, not {expected[word]}"
