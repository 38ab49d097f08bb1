"""Judges which workers run, and whether each account with due orders is served by one. Pure."""

from collections.abc import Collection, Iterator

from worker.domain.accounts.workers import RUNS_FOR, SeenWorker, Service
from worker.domain.instants import Duration, Instant
from worker.domain.overview.accounts import AccountOrders, Overview
from worker.domain.reasons import HoldReason
from worker.operations.doctor.checks import MAX_NAMED, Check, Verdict
from worker.operations.instants import span
from worker.operations.phrases import WHY, counted

START = "Start one: `fulfillment worker`, or `fulfillment up` for everything; with systemd, `systemctl start`."


def judge_workers(overview: Overview, configured: Collection[str], max_age: Duration) -> Iterator[Check]:
    """Yield the check of the workers, one for each that does nothing, and one for each account that none serves.

    *configured* has the accounts in the settings. Orders of other accounts that are due for longer than *max_age* are a
    failure; for a shorter time, they are a warning.
    """
    yield _judge_presence(overview)
    for worker in overview.running:
        if _is_idle(worker, overview.now):
            yield _judge_idleness(worker, overview)
    for account, its_orders in overview.orders.items():
        if its_orders.ready and _is_neglected(account, overview):
            yield _judge_neglect(account, its_orders, overview.now, max_age, is_configured=account in configured)


def _judge_presence(overview: Overview) -> Check:
    workers = overview.running
    if workers:
        named = ", ".join(map(_describe, workers[:MAX_NAMED])) + (", …" if len(workers) > MAX_NAMED else "")
        return Check("workers", Verdict.OK, f"{counted(len(workers), 'worker runs', 'workers run')}: {named}.")
    ready = sum(its_orders.ready for its_orders in overview.orders.values())
    if not ready:
        return Check("workers", Verdict.WARN, "No worker runs.", START)
    return Check("workers", Verdict.FAIL, f"No worker runs, but {counted(ready, 'order is', 'orders are')} due.", START)


def _describe(worker: SeenWorker) -> str:
    process = worker.process
    version = f"version {process.version}, " if process.version else ""
    return f"{process.host}:{process.pid} ({version}{', '.join(process.accounts)})"


def _is_idle(worker: SeenWorker, now: Instant) -> bool:
    """Tell whether a worker that runs has not looked for due orders lately."""
    return now - (worker.scheduled_at or worker.process.started_at) >= RUNS_FOR


def _judge_idleness(worker: SeenWorker, overview: Overview) -> Check:
    process = worker.process
    age = span(overview.now - (worker.scheduled_at or process.started_at))
    return Check(
        "workers",
        Verdict.FAIL,
        f"The worker {process.host}:{process.pid} runs, but has not looked for due orders for {age}.",
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
