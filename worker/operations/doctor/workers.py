"""Judges which workers run, and whether each account with due orders is served by one. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from worker.domain.accounts.workers import RUNS_FOR, SeenWorker, Service
from worker.domain.instants import Duration, Instant
from worker.domain.overview.accounts import AccountOrders, Overview
from worker.domain.reasons import HoldReason
from worker.operations.doctor.checks import MAX_NAMED, Check, Verdict
from worker.operations.instants import ago, span
from worker.operations.phrases import WHY, counted

_NAME = "workers"
START = (
    "Start one: `fulfillment worker`, or `fulfillment up` for everything; with systemd, `systemctl start"
    " fulfillment-worker` or `systemctl start fulfillment`."
)


def judge_workers(
    overview: Overview, configured: Collection[str], max_age: Duration, version: str = ""
) -> Iterator[Check]:
    """Yield the check of the workers, one for each that does nothing, and one for each account that none serves.

    *configured* has the accounts in the settings. Orders of other accounts that are due for longer than *max_age* are a
    failure; for a shorter time, they are a warning. *version* is that of this program; empty if it is not known.
    """
    yield _judge_presence(overview)
    yield from _judge_versions(overview, version)
    for worker in overview.running:
        if _is_idle(worker, overview.now):
            yield _judge_idleness(worker, overview)
    for account, its_orders in overview.orders.items():
        if its_orders.ready and _is_neglected(account, overview):
            yield _judge_neglect(account, its_orders, overview.now, max_age, is_configured=account in configured)


def _judge_presence(overview: Overview) -> Check:
    workers = overview.running
    if workers:
        more = "; …" if len(workers) > MAX_NAMED else ""
        named = "; ".join(_describe(worker, overview.now) for worker in workers[:MAX_NAMED]) + more
        return Check(_NAME, Verdict.OK, f"{counted(len(workers), 'worker runs', 'workers run')}: {named}.")
    ready = sum(its_orders.ready for its_orders in overview.orders.values())
    but = f", but {counted(ready, 'order is', 'orders are')} due" if ready else ""
    return Check(_NAME, Verdict.FAIL if ready else Verdict.WARN, f"No worker runs{but}.{_last_seen(overview)}", START)


def _last_seen(overview: Overview) -> str:
    last = max(overview.workers, key=lambda worker: worker.seen_at, default=None)
    return f" The last one was {_name(last)}, until {ago(last.seen_at, overview.now)}." if last else ""


def _name(worker: SeenWorker) -> str:
    return f"{worker.process.host}:{worker.process.pid}"


def _describe(worker: SeenWorker, now: Instant) -> str:
    process = worker.process
    version = f"version {process.version}, " if process.version else ""
    looked = ago(worker.scheduled_at, now) if worker.scheduled_at is not None else "not yet"
    return (
        f"{_name(worker)} ({version}{', '.join(process.accounts)}), for {span(now - process.started_at)}, its scheduler"
        f" ran {looked}"
    )


def _judge_versions(overview: Overview, version: str) -> Iterator[Check]:
    """Yield a warning if several versions of the program are in use; *version* is that of this command."""
    users = defaultdict[str, list[str]](list)
    for worker in overview.running:
        users[worker.process.version].append(_name(worker))
    users[version].append("this command")
    users.pop("", None)
    if len(users) > 1:
        listed = "; ".join(f"{name} ({', '.join(users[name][-MAX_NAMED:])})" for name in sorted(users))
        advice = "Restart what is old: each worker, receiver and console. During an update, this is well."
        yield Check(_NAME, Verdict.WARN, f"Different versions of the program run: {listed}.", advice)


def _is_idle(worker: SeenWorker, now: Instant) -> bool:
    """Tell whether a worker that runs has not looked for due orders lately."""
    return now - (worker.scheduled_at or worker.process.started_at) >= RUNS_FOR


def _judge_idleness(worker: SeenWorker, overview: Overview) -> Check:
    process = worker.process
    age = span(overview.now - (worker.scheduled_at or process.started_at))
    return Check(
        _NAME,
        Verdict.FAIL,
        f"The worker {_name(worker)} runs, but has not looked for due orders for {age}.",
        "See the lines `scheduler_failed` in its log: usually, it does not reach the database.",
    )


def _is_neglected(account: str, overview: Overview) -> bool:
    """Tell whether no running worker serves *account*, unless an operator wants its orders to wait."""
    is_put_away = any(hold.reason == HoldReason.OPERATOR for hold in overview.holds_of(account))
    return overview.service_of(account) is Service.NOT_SERVED and not is_put_away


def _judge_neglect(
    account: str, its_orders: AccountOrders, now: Instant, max_age: Duration, *, is_configured: bool
) -> Check:
    age = now - (now if its_orders.ready_since is None else its_orders.ready_since)
    sentence = (
        f"No running worker serves this account, but {counted(its_orders.ready, 'order is', 'orders are')} due,"
        f" the first for {span(age)}."
    )
    if is_configured:
        advice = "Restart the workers: each serves the accounts that its settings named when it started."
        return Check(f"account {account}", Verdict.FAIL, sentence, advice)
    verdict = Verdict.FAIL if age > max_age else Verdict.WARN
    advice = (
        "The settings do not name it. Put it back into the settings and restart the workers; or say that its orders"
        f" should wait: `fulfillment accounts hold {account} --reason {WHY}`."
    )
    return Check(f"account {account}", verdict, sentence, advice)
