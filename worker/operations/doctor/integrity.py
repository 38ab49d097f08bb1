"""Judges whether the rows of the database agree with each other, and whether an order is forgotten. Pure."""

from collections.abc import Iterator

from worker.domain.events import EventResult
from worker.domain.overview.figures import Integrity
from worker.domain.reasons import Discrepancy
from worker.operations.doctor.checks import MAX_NAMED, Check, Verdict, command_about
from worker.operations.phrases import counted


def judge_integrity(integrity: Integrity | None) -> Iterator[Check]:
    """Yield the check of the sums, and that of orphaned orders; a warning if *integrity* is None: it is not known."""
    if integrity is None:
        yield Check("sums", Verdict.WARN, "They were not checked: the database took too long to count.")
        return
    yield _judge_sums(integrity)
    yield _judge_orphaned(integrity)


def _judge_sums(integrity: Integrity) -> Check:
    present = [f"{name} {count} ({name.meaning})" for name, count in _sums(integrity) if count]
    if not present:
        pending = integrity.events.get(EventResult.PENDING, 0)
        among = "Among the latest rows, which agree (`--all` checks all): " if integrity.is_partial else ""
        sentence = (
            f"{among}{_outcomes(integrity)}; {counted(sum(integrity.events.values()), 'event', 'events')},"
            f" {pending} of them pending."
        )
        return Check("sums", Verdict.OK, sentence)
    return Check(
        "sums",
        Verdict.FAIL,
        f"The database does not agree with itself: {', '.join(present)}.",
        "This must never happen: keep a copy of the database, and report it.",
    )


def _sums(integrity: Integrity) -> Iterator[tuple[Discrepancy, int]]:
    """Yield the discrepancies, except forgotten orders, which have a check of their own."""
    return ((name, count) for name, count in integrity.discrepancies.items() if name is not Discrepancy.FORGOTTEN)


def _outcomes(integrity: Integrity) -> str:
    total = sum(integrity.deliveries.values())
    outcomes = " + ".join(f"{count} {outcome}" for outcome, count in sorted(integrity.deliveries.items()))
    return f"{counted(total, 'delivery', 'deliveries')}{f' = {outcomes}' if outcomes else ''}"


def _judge_orphaned(integrity: Integrity) -> Check:
    count = integrity.discrepancies.get(Discrepancy.FORGOTTEN, 0)
    if not count:
        return Check(
            "orphaned orders", Verdict.OK, "Every order with something left to do is due, waits or is stopped."
        )
    named = [str(key) for key in integrity.forgotten[:MAX_NAMED]]
    names = ", ".join(named) + (", …" if count > len(named) else "")
    them = "it" if count == 1 else "them"
    return Check(
        "orphaned orders",
        Verdict.FAIL,
        f"{counted(count, 'order has', 'orders have')} something left to do,"
        f" but no worker will reconcile {them}: {names}.",
        f"This is a defect: please report it. `{command_about('retry', integrity.forgotten)}` makes an order due.",
    )
