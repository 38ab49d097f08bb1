"""Judges the health of the database: from figures to the checks that `fulfillment doctor` prints. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from worker.domain.figures import Backlog, BacklogKind, Health
from worker.domain.instants import MINUTE, Duration, Instant
from worker.domain.policy import Policy
from worker.domain.reasons import WaitReason
from worker.operations.advice import advise_on_hold, advise_on_stop
from worker.operations.checks import MAX_NAMED, Check, Verdict, since, verdict_of
from worker.operations.forecast import is_orphaned
from worker.operations.phrases import counted
from worker.operations.quarantine import judge_quarantine


@dataclass(frozen=True, slots=True)
class _Kind:
    """The words for backlogs of one kind. Backlogs younger than *ignored_for* are not reported."""

    name: str
    one: str
    many: str
    none: str
    advice: str = ""
    ignored_for: Duration = 0


_KINDS: Mapping[BacklogKind, _Kind] = {
    BacklogKind.STOPPED: _Kind("stopped orders", "order is stopped", "orders are stopped", "No order is stopped."),
    BacklogKind.HELD: _Kind("held accounts", "account is held", "accounts are held", "No account is held."),
    BacklogKind.DUE: _Kind(
        "due orders",
        "order is due",
        "orders are due",
        "No order has been due for long.",
        "See that a worker runs and reaches the database and the broker: `fulfillment worker`.",
        MINUTE,
    ),
    BacklogKind.LEASE: _Kind(
        "leases",
        "lease has ended without a result",
        "leases have ended without a result",
        "No lease without a result ended long ago.",
        "The next reconciliation takes over by itself; if it does not, see that a worker runs.",
        MINUTE,
    ),
    BacklogKind.UNCERTAIN: _Kind(
        "uncertain writes",
        "write has no answer",
        "writes have no answer",
        "No write has been without an answer for long.",
        "A worker reads these orders again by itself: `fulfillment orders explain` says when.",
        MINUTE,
    ),
    BacklogKind.PENDING: _Kind(
        "pending events",
        "event has no result yet",
        "events have no result yet",
        "No event has been without a result for long.",
        "`fulfillment orders explain` says what each of their orders waits for.",
        MINUTE,
    ),
}


def judge(
    health: Health, policies: Mapping[str, Policy], max_age: Duration, statuses: Mapping[str, Collection[str]]
) -> Iterator[Check]:
    """Yield a check for each kind of backlog and for each invariant. *policies* is by account.

    A backlog fails when it is older than *max_age*; a younger one is a warning. *statuses* has the status words of the
    sources that may have some of their own, which heal unknown words.
    """
    for kind, words in _KINDS.items():
        backlogs = [
            backlog
            for backlog in health.backlogs
            if backlog.kind == kind and health.now - backlog.oldest >= words.ignored_for
        ]
        if not backlogs:
            yield Check(words.name, Verdict.OK, words.none)
        yield from (_judge_backlog(backlog, words, health.now, max_age) for backlog in backlogs)
    yield from judge_quarantine(health, max_age, statuses)
    yield _judge_sums(health.discrepancies)
    yield _judge_orphaned(health, policies)


def _judge_backlog(backlog: Backlog, words: _Kind, now: Instant, max_age: Duration) -> Check:
    reason = f" ({backlog.reason})" if backlog.reason else ""
    sentence = f"{counted(backlog.count, words.one, words.many)}{reason}, {since(backlog, now)}"
    if backlog.reason == WaitReason.DRY_RUN:  # it follows from the settings
        return Check(words.name, Verdict.OK, f"{sentence}, as the settings ask.")
    return Check(words.name, verdict_of(backlog, now, max_age), f"{sentence}.", words.advice or _advice(backlog))


def _advice(backlog: Backlog) -> str:
    if backlog.kind is BacklogKind.HELD:
        return advise_on_hold(backlog.reason.rpartition(" ")[2])  # before it, the text has the account
    return f"{advise_on_stop(backlog.reason)} See `fulfillment orders list --stopped`."


def _judge_sums(discrepancies: Mapping[str, int]) -> Check:
    present = [f"{name} ({count})" for name, count in discrepancies.items() if count]
    if not present:
        return Check("sums", Verdict.OK, "Every delivery has its outcome, and every event its result.")
    return Check(
        "sums",
        Verdict.FAIL,
        f"The database has {', '.join(present)}.",
        "This must never happen: keep a copy of the database, and report it.",
    )


def _judge_orphaned(health: Health, policies: Mapping[str, Policy]) -> Check:
    orphaned = [
        str(snapshot.order.key)
        for snapshot in health.orphaned
        if is_orphaned(snapshot, policies.get(snapshot.order.key.account, Policy()))
    ]
    if not orphaned:
        return Check(
            "orphaned orders", Verdict.OK, "Every order with something left to do is due, waits or is stopped."
        )
    names = ", ".join(orphaned[:MAX_NAMED]) + (", …" if len(orphaned) > MAX_NAMED else "")
    them = "it" if len(orphaned) == 1 else "them"
    return Check(
        "orphaned orders",
        Verdict.FAIL,
        f"{counted(len(orphaned), 'order has', 'orders have')} something left to do,"
        f" but no worker will reconcile {them}: {names}.",
        "This is a defect: please report it. `fulfillment orders retry` makes an order due.",
    )
