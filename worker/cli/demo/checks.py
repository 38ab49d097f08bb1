"""What the story implies, against what was found."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from worker.cli.demo.findings import Findings
from worker.cli.demo.script import At, Ends, Hint, Placed, Scan, Tale
from worker.cli.demo.shops import shop_of
from worker.cli.demo.watch import RESTING, position_of
from worker.domain.events import EventResult


@dataclass(frozen=True, slots=True)
class Check:
    """A sentence that must be true; *differs* tells what is not so, one line for each."""

    sentence: str
    differs: tuple[str, ...] = ()


def judge(day: Sequence[Tale], found: Findings, *, in_time: bool) -> tuple[Check, ...]:
    """Compare the day's findings with its story."""
    late = () if in_time else ("it is not over: see what the table shows, and the logs",)
    return (
        Check("the day was over in time, and nothing is left to do", (*late, *_left(found))),
        Check("every order ended as its story says, at its platform and in the database", tuple(_ends(day, found))),
        Check("every sender was answered as its story says", tuple(_answers(day, found))),
        Check("every delivery is in the database, with the outcome that was answered", tuple(_deliveries(found))),
        Check("every event of an accepted delivery came to an end", tuple(_events(found))),
        Check("every write that the platforms saw is in the database", tuple(_writes(found))),
        Check("every call that failed was made up for", tuple(_retries(found))),
        Check("no step was illegal, no paid order harmed, no note of others lost", tuple(_harm(day, found))),
    )


def _left(found: Findings) -> Iterator[str]:
    for order, row in found.view.rows.items():
        if found.view.state(order) not in RESTING or row.order.sending:
            yield f"{order} is {found.view.state(order)}, {row.waiting or 'with something to do'}"
    yield from (f"{count} {what}" for what, count in found.health.discrepancies.items() if count)


def _ends(day: Sequence[Tale], found: Findings) -> Iterator[str]:
    for tale in day:
        order, row = found.view.shown(tale.order), found.view.rows.get(tale.order)
        shown = shop_of(tale.order).idiom.position(order) if order else "missing"
        known = Ends(position_of(row), row.stop) if row else None
        if (shown, known) != (tale.event_results.position, tale.event_results):
            yield f"{tale.order} is {shown}, and in the database {known or 'not known'}; the story says: {tale.event_results}"


def _answers(day: Sequence[Tale], found: Findings) -> Iterator[str]:
    wanted = Counter(answer for tale in day for at in tale.day for answer in awaited(tale, at))
    yield from _compare(wanted, Counter(receipt.outcome for receipt in found.receipts), "answered")


def awaited(tale: Tale, at: At) -> tuple[str, ...]:
    """Say what the senders of an act are to be answered, in their order."""
    match at.act:
        case Placed() if shop_of(tale.order).hooks:
            return ("accepted",)
        case Hint(answered=answer):
            return (answer,)
        case Scan(answered=answer, times=times):
            return (answer, *["duplicate"] * (times - 1))
        case _:
            return ()


def _deliveries(found: Findings) -> Iterator[str]:
    told = Counter(f"{receipt.source} {receipt.outcome}" for receipt in found.receipts)
    counted = {f"{source} {outcome}": count for (source, outcome), count in found.figures.deliveries.items()}
    yield from _compare(told, Counter(counted), "in the database")
    named = {receipt.delivery for receipt in found.receipts if receipt.is_acknowledged and receipt.delivery}
    yield from (f"delivery {lost} was acknowledged and is not there" for lost in sorted(named - found.kept))


def _events(found: Findings) -> Iterator[str]:
    event_results = found.figures.events
    if event_results.get(EventResult.PENDING):
        yield f"{event_results[EventResult.PENDING]} are pending"
    if sum(event_results.values()) != found.outcomes["accepted"]:
        yield f"{sum(event_results.values())} events, and {found.outcomes['accepted']} accepted deliveries"


def _writes(found: Findings) -> Iterator[str]:
    seen, ours = found.total("writes"), Counter(found.figures.steps)
    if seen != ours.total() - ours["not_sent"]:
        yield f"the platforms saw {seen}, and the database has {ours.total() - ours['not_sent']}"
    if ours["sent"]:
        yield f"of {ours['sent']} nobody knows what became of them"


def _retries(found: Findings) -> Iterator[str]:
    if found.retries != found.failed_calls:
        yield f"{found.failed_calls} calls failed, and {found.retries} of them were tried again"
    if found.troubles_left:
        yield f"{found.troubles_left} of the story's troubles met no call"


def _harm(day: Sequence[Tale], found: Findings) -> Iterator[str]:
    for account, report in found.view.reports.items():
        if report.totals["illegal"]:
            yield f"{report.totals['illegal']} illegal steps at {account}"
    yield from (f"{count} × {harm} at {account}" for (account, harm), count in found.harms.items() if count)
    for tale in day:
        order, idiom = found.view.shown(tale.order), shop_of(tale.order).idiom
        for name, written in idiom.new_order(tale.placed).items():
            if name != "status" and not _holds(order.get(name), written):
                yield f"{tale.order} was placed with the {name} “{written}”, and has “{order.get(name)}”"


def _holds(found: object, written: object) -> bool:
    """Tell whether what others have *written* is still in what was *found*: our lines and keys may stand beside it."""
    if isinstance(written, str) and isinstance(found, str):
        return written in found.splitlines()
    if isinstance(written, dict) and isinstance(found, dict):
        return written.items() <= found.items()
    return written == found


def _compare(wanted: Counter[str], found: Counter[str], where: str) -> Iterator[str]:
    for word in sorted(wanted | found):
        if wanted[word] != found[word]:
            yield f"{word}: {found[word]} {where}, not {wanted[word]}"
