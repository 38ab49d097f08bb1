"""Judges the health of the database: from figures to the checks that `fulfillment doctor` prints. Pure."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto

from worker.domain.figures import Backlog, BacklogKind, Health, UnknownWords
from worker.domain.instants import MINUTE, Duration, Instant
from worker.domain.policy import Policy
from worker.domain.reasons import MISSING_STATUS, STATUS_WITHOUT_WORD, QuarantineReason, WaitReason
from worker.domain.text import clean_text
from worker.operations.advice import advise_on_hold, advise_on_stop
from worker.operations.forecast import is_orphaned
from worker.operations.instants import span
from worker.operations.phrases import counted

MAX_NAMED = 5
"""How many orders, or words, a sentence names. The commands show all of them."""


class Verdict(StrEnum):
    """The verdict of one check."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Diagnosis(Enum):
    """The verdict of all checks together."""

    WELL = auto()
    """No check failed."""
    NEEDS_PERSON = auto()
    """A check failed, and every part answers."""
    UNREACHABLE = auto()
    """A part of the system does not answer."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, its verdict, a sentence, and advice. *unreachable*: a part of the system does not answer."""

    name: str
    verdict: Verdict
    sentence: str
    advice: str = ""
    unreachable: bool = False


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
    BacklogKind.QUARANTINED: _Kind(
        "quarantine",
        "delivery is quarantined",
        "deliveries are quarantined",
        "No quarantined delivery needs a person.",
        "See `fulfillment deliveries list --outcome quarantined`, correct the cause, and replay them:"
        " `fulfillment deliveries replay --reason REASON`.",
    ),
}

_INTENDED = {
    (BacklogKind.PENDING, WaitReason.DRY_RUN.value),
    (BacklogKind.QUARANTINED, QuarantineReason.CAPTURED.value),
}
"""The backlogs, by kind and reason, that follow from the settings. They are OK at any age."""


def judge(
    health: Health, policies: Mapping[str, Policy], max_age: Duration, with_statuses: Collection[str] = ()
) -> Iterator[Check]:
    """Yield a check for each kind of backlog and for each invariant. *policies* is by account.

    A backlog fails when it is older than *max_age*; a younger one is a warning. *with_statuses* are the sources that
    may have status words of their own, which heal unknown words.
    """
    for kind, words in _KINDS.items():
        backlogs = [
            backlog
            for backlog in health.backlogs
            if backlog.kind == kind and health.now - backlog.oldest >= words.ignored_for
        ]
        if not backlogs:
            yield Check(words.name, Verdict.OK, words.none)
        unknown_words = health.unknown_words if kind is BacklogKind.QUARANTINED else ()
        for backlog in backlogs:
            if not (unknown_words and backlog.reason == QuarantineReason.UNKNOWN_EVENT):
                yield _judge_backlog(backlog, words, health.now, max_age)
        yield from (_judge_words(unknown, health.now, max_age, with_statuses) for unknown in unknown_words)
    yield _judge_sums(health.discrepancies)
    yield _judge_orphaned(health, policies)


def diagnose(checks: Iterable[Check]) -> Diagnosis:
    """Return the verdict of all *checks* together. `UNREACHABLE` takes precedence over `NEEDS_PERSON`."""
    failed = [check for check in checks if check.verdict is Verdict.FAIL]
    if any(check.unreachable for check in failed):
        return Diagnosis.UNREACHABLE
    return Diagnosis.NEEDS_PERSON if failed else Diagnosis.WELL


def _judge_backlog(backlog: Backlog, words: _Kind, now: Instant, max_age: Duration) -> Check:
    age = now - backlog.oldest
    reason = f" ({backlog.reason})" if backlog.reason else ""
    since = f"for {span(age)}" if backlog.count == 1 else f"the oldest for {span(age)}"
    sentence = f"{counted(backlog.count, words.one, words.many)}{reason}, {since}"
    if (backlog.kind, backlog.reason) in _INTENDED:
        return Check(words.name, Verdict.OK, f"{sentence}, as the settings ask.")
    verdict = Verdict.FAIL if age > max_age else Verdict.WARN
    return Check(words.name, verdict, f"{sentence}.", words.advice or _advice(backlog))


def _judge_words(unknown: UnknownWords, now: Instant, max_age: Duration, with_statuses: Collection[str]) -> Check:
    """Judge the deliveries of one source whose events are not known, and name the most frequent words."""
    words = [f"“{clean_text(word)}” ({count})" for word, count in unknown.words[:MAX_NAMED]]
    more = ", …" if len(unknown.words) > MAX_NAMED else ""
    kind = _KINDS[BacklogKind.QUARANTINED]
    backlog = Backlog(BacklogKind.QUARANTINED, QuarantineReason.UNKNOWN_EVENT, unknown.count, unknown.oldest)
    check = _judge_backlog(backlog, kind, now, max_age)
    sentence = f"{check.sentence.removesuffix('.')}, from {unknown.source}: {', '.join(words)}{more}."
    keys = [_key_of(word) for word, _ in unknown.words[:MAX_NAMED] if word != STATUS_WITHOUT_WORD]
    if unknown.source not in with_statuses or not keys:
        return replace(check, sentence=sentence)
    advice = (
        f"Say under [sources.{unknown.source}] what they mean, each an event such as in_transit, or info:"
        f" statuses = {{ {', '.join(keys)} }}. Restart the receiver, and run"
        f" `fulfillment deliveries replay --source {unknown.source} --reason {backlog.reason}`."
    )
    return replace(check, sentence=sentence, advice=advice)


def _key_of(word: str) -> str:
    """Return the entry of `statuses` for a word, as a settings file has it, with a meaning to fill in."""
    return f'{json.dumps("" if word == MISSING_STATUS else clean_text(word), ensure_ascii=False)} = "…"'


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
