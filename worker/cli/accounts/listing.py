"""Shows all accounts: for people as a table, for programs as JSON objects. The keys are a contract."""

from collections.abc import Iterator, Mapping

from rich.text import Text

from worker.cli.json_lines import Document
from worker.cli.printing import Output, make_facts, plain
from worker.domain.accounts.workers import SeenWorker
from worker.domain.overview.accounts import AccountOrders, Overview
from worker.domain.overview.snapshot import Hold
from worker.operations.instants import ago, iso, when
from worker.operations.phrases import counted, with_detail
from worker.settings import AccountSettings

NO_ORDERS = AccountOrders()
DRY_RUN = "nothing is written at the platform (dry_run, in the settings as they are now)"


def account_documents(overview: Overview, configured: Mapping[str, AccountSettings]) -> Iterator[Document]:
    """Yield each account of the settings, and each other account with orders or holds. *configured* is by account."""
    for account in overview.names(configured):
        orders, settings = overview.orders.get(account, NO_ORDERS), configured.get(account)
        yield {
            "account": account,
            "platform": settings.platform if settings else None,
            "dry_run": settings.dry_run if settings else None,
            "orders": orders.total,
            "waiting": orders.waiting,
            "due": orders.ready,
            "due_since": iso(orders.ready_since),
            "holds": [_hold_document(hold, overview) for hold in overview.holds_of(account)],
            "workers": [_worker_document(worker) for worker in overview.serving(account)],
            "log": [
                {"at": iso(entry.at), "action": entry.action, "detail": entry.detail}
                for entry in overview.log
                if entry.account == account
            ],
        }


def print_accounts(overview: Overview, configured: Mapping[str, AccountSettings]) -> None:
    """Print each account with its orders, its holds and its workers."""
    output = Output()
    for account in overview.names(configured):
        output.print(plain(account, "bold"))
        output.print(make_facts(_facts(account, overview, configured)))


def _facts(account: str, overview: Overview, configured: Mapping[str, AccountSettings]) -> dict[str, object]:
    orders, settings = overview.orders.get(account, NO_ORDERS), configured.get(account)
    holds = Text("\n").join(plain(_hold(hold, overview), "yellow") for hold in overview.holds_of(account))
    workers = ", ".join(f"{worker.process.host}:{worker.process.pid}" for worker in overview.serving(account))
    due = f", {orders.ready} of them due" if orders.ready else ""
    since = f" since {when(orders.ready_since, overview.now)}" if orders.ready_since is not None else ""
    return {
        "  platform": settings.platform if settings else "– (the settings do not name this account)",
        "  dry run": plain(DRY_RUN, "yellow") if settings and settings.dry_run else "",
        "  orders": f"{orders.total}, {orders.waiting} with a due time{due}{since}",
        "  held": holds,
        "  workers": workers or plain("none serves it", "yellow" if orders.ready else ""),
    }


def _hold(hold: Hold, overview: Overview) -> str:
    parts = [f"{with_detail(hold.reason, hold.detail)} – since {when(hold.since, overview.now)}"]
    if hold.until is not None:
        parts.append(f"until {when(hold.until, overview.now)}")
    if hold.next_probe is not None:
        silence = overview.silence_of(hold.account)
        planned = f"next probe {ago(hold.next_probe, overview.now)}"
        parts.append(f"no probe while it is held for {silence}" if silence else planned)
        if hold.probes:
            parts.append(f"{counted(hold.probes, 'probe was', 'probes were')} in vain")
    return ", ".join(parts)


def _hold_document(hold: Hold, overview: Overview) -> Document:
    return {
        "reason": hold.reason,
        "since": iso(hold.since),
        "until": iso(hold.until),
        "next_probe": None if overview.silence_of(hold.account) else iso(hold.next_probe),
        "probes": hold.probes,
        "detail": hold.detail,
    }


def _worker_document(worker: SeenWorker) -> Document:
    process = worker.process
    return {
        "host": process.host,
        "pid": process.pid,
        "version": process.version,
        "started_at": iso(process.started_at),
        "seen_at": iso(worker.seen_at),
    }
