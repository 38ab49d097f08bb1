"""Judges what no event tells: scans that fail, orders that are late, and sources that fall silent. Pure."""

from collections.abc import Iterator, Mapping

from worker.domain.instants import MINUTE, Duration, Instant
from worker.domain.overview.silence import SourceActivity
from worker.domain.overview.watch import LastScan, LateOrders, Watch
from worker.domain.stages import Stage
from worker.operations.doctor.checks import Check, Verdict, command_about
from worker.operations.instants import ago, span, when
from worker.operations.phrases import counted

MISSED_SCANS = 3
"""A complete scan is missed when it is older than this many times `scan_every`, and a few minutes."""
SLACK: Duration = 5 * MINUTE
"""Scans of many accounts, or within a small call budget, take this long without being missed.

A worker scans when it starts: so long after its start, no scan is missed either.
"""
_WHOM_TO_ASK = {
    Stage.ACCEPTED.value: "Ask those who pack whether the courier has it; if so, ask the courier for its news.",
    Stage.SHIPPED.value: "Ask the courier.",
}
_LIMITS = {Stage.ACCEPTED.value: "ship_within", Stage.SHIPPED.value: "deliver_within"}


def judge_watch(watch: Watch, accounts: Mapping[str, Duration]) -> Iterator[Check]:
    """Yield a check for each account's scans, for late orders, and for silent sources.

    *accounts* has `scan_every` by account; 0 means that nobody scans.
    """
    for account, scan_every in accounts.items():
        yield _judge_scan(account, scan_every, watch)
    if not watch.late:
        yield Check("late orders", Verdict.OK, "No order is late.")
    yield from (_judge_late(late, watch.now) for late in watch.late)
    silent = [activity for activity in watch.sources if activity.is_silent(watch.now)]
    if not silent:
        yield Check("silent sources", Verdict.OK, "No source is silent for longer than usual.")
    yield from (_judge_silence(activity, watch.now) for activity in silent)


def _judge_scan(account: str, scan_every: Duration, watch: Watch) -> Check:
    title, now, last = f"scan {account}", watch.now, watch.scans.get(account)
    if not scan_every:
        return Check(title, Verdict.OK, "Orders are not listed at the platform, because scan_every is 0s.")
    served_since = watch.served_since(account)
    has_just_begun = served_since is not None and now - served_since <= SLACK
    if last is None and has_just_begun:
        return Check(title, Verdict.OK, "The first scan of the account has not ended yet.")
    if last is None:
        advice = "See that a worker runs that serves the account: `fulfillment worker`."
        return Check(title, Verdict.WARN, "No scan of the account has ended yet.", advice)
    problem = f" The last scan, {ago(last.started_at, now)}: {last.problem}." if last.problem else ""
    if last.complete_at is None or (_is_missed(last.complete_at, scan_every, now) and not has_just_begun):
        age = f"began {ago(last.complete_at, now)}" if last.complete_at is not None else "has never been made"
        advice = "What no webhook tells is not found meanwhile. `fulfillment scan` scans now, and says what it meets."
        return Check(title, Verdict.WARN, f"A complete scan {age}.{problem}", advice)
    if not last.is_complete:
        advice = "The next scan begins anew. If this goes on: `fulfillment scan`."
        return Check(title, Verdict.WARN, f"A list was not read to its end.{problem}", advice)
    return Check(title, Verdict.OK, f"{_summary(last, now)}{problem}")


def _is_missed(complete_at: Instant, scan_every: Duration, now: Instant) -> bool:
    return now - complete_at > MISSED_SCANS * scan_every + SLACK


def _summary(last: LastScan, now: Instant) -> str:
    found = ", ".join(f"{count} {finding}" for finding, count in last.found.items()) or "nothing to do"
    listed = counted(last.listed, "order", "orders")
    return f"The last scan, {ago(last.started_at, now)}, took {span(last.lasted)} for {listed}, and found {found}."


def _judge_late(late: LateOrders, now: Instant) -> Check:
    names = ", ".join(key.order_id for key in late.some) + (", …" if late.count > len(late.some) else "")
    orders = counted(late.count, f"order of {late.account} is", f"orders of {late.account} are")
    longest = f"for {span(now - late.since)}" if late.count == 1 else f"the longest for {span(now - late.since)}"
    return Check(
        "late orders",
        Verdict.WARN,
        f"{orders} {late.stage} for longer than {_LIMITS[late.stage]}, {longest}: {names}.",
        f"{_WHOM_TO_ASK.get(late.stage, '')} All of them: `fulfillment orders list --late`; what one waits for:"
        f" `{command_about('explain', late.some)}`.",
    )


def _judge_silence(activity: SourceActivity, now: Instant) -> Check:
    return Check(
        "silent sources",
        Verdict.WARN,
        f"{activity.source} has sent nothing since {when(activity.last_at, now)};"
        f" the longest gap of the last two weeks was {span(activity.usual_gap or 0)}.",
        "See at the sender whether its webhook is still switched on, and whether its calls reach this receiver.",
    )
