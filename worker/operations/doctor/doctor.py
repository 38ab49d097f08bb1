"""Judges the health of the database: from figures to the checks that `fulfillment doctor` prints. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from shlex import quote

from worker.domain.instants import MINUTE, Duration, Instant
from worker.domain.overview.figures import MAX_NAMED_ORDERS, Backlog, BacklogKind, FarAhead, Health
from worker.domain.policy import Policy
from worker.domain.reasons import HoldReason, WaitReason
from worker.domain.text import clean_text
from worker.operations.advice import advise_on_hold, advise_on_stop
from worker.operations.doctor.checks import Check, Verdict, command_about, since, verdict_of
from worker.operations.doctor.integrity import judge_integrity
from worker.operations.doctor.kept import judge_kept
from worker.operations.doctor.quarantine import judge_quarantine
from worker.operations.phrases import WHY, counted, meaning_of


@dataclass(frozen=True, slots=True)
class _Kind:
    """The words for backlogs of one kind. Backlogs younger than *ignored_for* are not reported.

    *advice* is for a person; {explain} in it is the command that explains the order that has waited longest.
    """

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
        "See that a worker runs and reaches the database and the broker: `fulfillment worker`. If it does, they may"
        " wait for calls to their platform: `{explain}` says so.",
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
        "A worker reads these orders again by itself: `{explain}` says when.",
        MINUTE,
    ),
    BacklogKind.PENDING: _Kind(
        "pending events",
        "event has no result yet",
        "events have no result yet",
        "No event has been without a result for long.",
        "`{explain}` says what such an order waits for.",
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
        yield from (_judge_backlog(backlog, words, health.now, max_age, policies) for backlog in backlogs)
    yield from judge_quarantine(health, max_age, statuses)
    yield from judge_kept(health)
    if health.far_ahead:
        yield _judge_far_ahead(health.far_ahead)
    yield from judge_integrity(health.integrity)


def _judge_backlog(
    backlog: Backlog, words: _Kind, now: Instant, max_age: Duration, policies: Mapping[str, Policy]
) -> Check:
    reason = f" ({backlog.reason})" if backlog.reason else ""
    sentence = (
        f"{counted(backlog.count, words.one, words.many)}{reason}, {since(backlog, now)}{_names(backlog)}"
        f"{_details(backlog)}"
    )
    if backlog.kind is BacklogKind.PENDING and backlog.reason.endswith(f": {WaitReason.DRY_RUN}"):
        return _judge_dry_run(backlog, words, sentence, policies)
    is_wanted = backlog.kind is BacklogKind.HELD and backlog.reason.endswith(f": {HoldReason.OPERATOR}")
    verdict = Verdict.WARN if is_wanted else verdict_of(backlog, now, max_age)
    advice = words.advice.format(explain=command_about("explain", backlog.some)) or _advice(backlog)
    if backlog.kind is BacklogKind.PENDING:
        advice = " ".join(filter(None, (meaning_of(WaitReason, backlog.reason), advice)))
    return Check(words.name, verdict, f"{sentence}.", advice)


def _judge_far_ahead(found: FarAhead) -> Check:
    orders = counted(found.count, "order has a time", "orders have a time")
    return Check(
        "times",
        Verdict.WARN,
        f"{orders} more than a day from now{_names(found)}.",
        "See that the clocks are right. If they are, one was far ahead before, and these orders are completed, or named"
        f" as late, when that time has come. `{command_about('explain', found.some)}` shows the times of one.",
    )


def _names(backlog: Backlog | FarAhead) -> str:
    """Name the orders. There may be fewer than things that wait: one order can have several events."""
    more = ", …" if len(backlog.some) == MAX_NAMED_ORDERS < backlog.count else ""
    return f": {', '.join(map(str, backlog.some))}{more}" if backlog.some else ""


def _details(backlog: Backlog) -> str:
    """Say in whose words orders are stopped, usually the platform's: `. 20 × “Branch is closed”`."""
    details = [f"{count} × “{clean_text(detail)}”" for detail, count in backlog.details if detail]
    rest = backlog.count - sum(count for _, count in backlog.details)
    return f". {', '.join(details)}{f', and {rest} others' if rest > 0 else ''}" if details else ""


def _advice(backlog: Backlog) -> str:
    if backlog.kind is BacklogKind.HELD:
        account, _, reason = backlog.reason.partition(": ")
        return _advise_on_hold(account, reason)
    return (
        f"{advise_on_stop(backlog.reason)} See them: `fulfillment orders list --stop {quote(backlog.reason)}`; what to"
        f" type for one: `{command_about('explain', backlog.some)}`."
    )


def _advise_on_hold(account: str, reason: str) -> str:
    if reason == HoldReason.OPERATOR:
        return f"To let its orders go on: `fulfillment accounts release {account} --reason {WHY}`."
    probe = f" To probe now: `fulfillment accounts probe {account}`." if reason in _PROBED else ""
    return f"{advise_on_hold(reason)}{probe}"


_PROBED = (HoldReason.CREDENTIALS, HoldReason.OUTAGE)
"""The holds that a probe can lift."""


def _judge_dry_run(backlog: Backlog, words: _Kind, sentence: str, policies: Mapping[str, Policy]) -> Check:
    """Judge the events that wait for `dry_run`, by what the settings say of their account today."""
    policy = policies.get(backlog.reason.partition(":")[0])  # after it, the text has the reason
    if policy is None or policy.dry_run:
        return Check(words.name, Verdict.OK, f"{sentence}, as the settings ask.")
    return Check(
        words.name,
        Verdict.WARN,
        f"{sentence}; but the settings do not have dry_run any more.",
        "Restart the workers: their next start takes these orders.",
    )
