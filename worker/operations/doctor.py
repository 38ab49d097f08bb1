"""Checkup: what `doctor` makes of the journal's health. Pure: findings in, verdicts out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.figures import Backlog, Health
from worker.domain.instants import MINUTE
from worker.domain.lifecycle import DRY_RUN
from worker.domain.policy import Policy
from worker.operations.advice import HOLDS, advise
from worker.operations.forecast import is_orphaned
from worker.operations.instants import span
from worker.processes.exits import NEEDS_A_PERSON, UNREACHABLE, WELL

NAMED = 5
"""Orders that a sentence names; the list command shows them all."""


class Verdict(StrEnum):
    """How a check went."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: a word, a verdict, a sentence, and what to do. *unreachable*: a part does not answer."""

    name: str
    verdict: Verdict
    sentence: str
    advice: str = ""
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class _Kind:
    """How piles of one kind are told. *timeout* is how long they are nothing to speak of."""

    name: str
    one: str
    many: str
    none: str
    advice: str
    timeout: int = 0


_KINDS = {
    "stopped": _Kind("stopped orders", "order is stopped", "orders are stopped", "No order is stopped.", ""),
    "held": _Kind("held accounts", "account is held", "accounts are held", "No account is held.", ""),
    "due": _Kind(
        "due orders",
        "order is due",
        "orders are due",
        "No order waits for long.",
        "See that a worker runs and reaches the database and the broker: `fulfillment worker`.",
        MINUTE,
    ),
    "lease": _Kind(
        "leases",
        "turn has ended without a word",
        "turns have ended without a word",
        "No turn has died.",
        "The next turn takes over by itself; if it does not, see that a worker runs.",
        MINUTE,
    ),
    "uncertain": _Kind(
        "uncertain writes",
        "write has no answer",
        "writes have no answer",
        "No write has been without an answer for long.",
        "A worker reads these orders again by itself: `fulfillment orders explain` says when.",
        MINUTE,
    ),
    "pending": _Kind(
        "pending news",
        "event waits to be used",
        "events wait to be used",
        "No news waits for long.",
        "`fulfillment orders explain` says what each of their orders waits for.",
        MINUTE,
    ),
    "quarantined": _Kind(
        "quarantine",
        "delivery is quarantined",
        "deliveries are quarantined",
        "Nobody has to look into the quarantine.",
        "See `fulfillment deliveries list --outcome quarantined`, correct the cause, and `deliveries replay` them.",
    ),
}

_ASKED_FOR = {("pending", DRY_RUN)}
"""The piles, by kind and reason, that are there because the settings ask for it, however old they are."""


def judge(health: Health, policies: Mapping[str, Policy], max_age: int) -> Iterator[Check]:
    """Judge the journal: what has waited longer than *max_age* (microseconds) fails, what is younger is a warning."""
    for kind, told in _KINDS.items():
        backlogs = [
            backlog
            for backlog in health.backlogs
            if backlog.kind == kind and health.now - backlog.oldest >= told.timeout
        ]
        if not backlogs:
            yield Check(told.name, Verdict.OK, told.none)
        yield from (_judge_backlog(backlog, told, health.now, max_age) for backlog in backlogs)
    yield _judge_sums(health.discrepancies)
    yield _judge_orphaned(health, policies)


def worst(checks: Iterable[Check]) -> int:
    """Return the exit code that *checks* come to; a part that cannot be reached is the worst."""
    failed = [check for check in checks if check.verdict is Verdict.FAIL]
    if any(check.unreachable for check in failed):
        return UNREACHABLE
    return NEEDS_A_PERSON if failed else WELL


def _judge_backlog(backlog: Backlog, told: _Kind, now: int, max_age: int) -> Check:
    age = now - backlog.oldest
    count = f"1 {told.one}" if backlog.count == 1 else f"{backlog.count} {told.many}"
    reason = f" ({backlog.reason})" if backlog.reason else ""
    since = f"for {span(age)}" if backlog.count == 1 else f"the oldest for {span(age)}"
    if (backlog.kind, backlog.reason) in _ASKED_FOR:
        return Check(told.name, Verdict.OK, f"{count}{reason}, {since}, as the settings ask.")
    verdict = Verdict.FAIL if age > max_age else Verdict.WARN
    return Check(told.name, verdict, f"{count}{reason}, {since}.", told.advice or _advice(backlog))


def _advice(backlog: Backlog) -> str:
    if backlog.kind == "held":
        return HOLDS.get(backlog.reason.rpartition(" ")[2], "An operator has held it, and can lift that.")
    return f"{advise(backlog.reason)} See `fulfillment orders list --stopped`."


def _judge_sums(discrepancies: Mapping[str, int]) -> Check:
    wrong = [f"{count} {name}" for name, count in discrepancies.items() if count]
    if not wrong:
        return Check("conservation", Verdict.OK, "Every delivery has its outcome, and every event its end.")
    return Check(
        "conservation",
        Verdict.FAIL,
        f"The sums do not agree: {'; '.join(wrong)}.",
        "This must never be: keep a copy of the database, and report it.",
    )


def _judge_orphaned(health: Health, policies: Mapping[str, Policy]) -> Check:
    orphaned = [
        str(snapshot.order.key)
        for snapshot in health.orphaned
        if is_orphaned(snapshot, policies.get(snapshot.order.key.account, Policy()))
    ]
    if not orphaned:
        return Check(
            "nobody forgotten", Verdict.OK, "Every order with something left to do is due, or waits for somebody."
        )
    named = ", ".join(orphaned[:NAMED]) + (", …" if len(orphaned) > NAMED else "")
    have, them = ("order has", "it") if len(orphaned) == 1 else ("orders have", "them")
    return Check(
        "nobody forgotten",
        Verdict.FAIL,
        f"{len(orphaned)} {have} something left to do, and nobody will look at {them}: {named}.",
        "`fulfillment orders retry` gives an order a turn; please report how it came to this.",
    )
