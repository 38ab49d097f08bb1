"""Activity as text, for people: one line for each entry, the same wherever it is shown."""

from worker.domain.overview.activity import Activity, ActivityKind
from worker.operations.instants import span
from worker.operations.phrases import counted


def subject_of(entry: Activity) -> str:
    """Return what *entry* is about: the order, or the account; empty if it is about neither."""
    return entry.order_key or entry.account


def text_of(entry: Activity) -> str:
    """Return what has happened, in few words. It may have texts from outside, which are not cleaned."""
    match entry.kind:
        case ActivityKind.DELIVERY:
            return _delivery(entry)
        case ActivityKind.WRITE:
            return _write(entry)
        case ActivityKind.WAIT | ActivityKind.HOLD:
            until = f", again in {span(entry.until - entry.at)}" if entry.until and entry.until > entry.at else ""
            return f"{_with_detail(entry)}{until}"
        case ActivityKind.REFUSED:
            where = entry.source or "no source"
            return f"{counted(entry.count, 'request', 'requests')} of {where}: {_with_detail(entry)}"
        case _:
            return _with_detail(entry)


def _delivery(entry: Activity) -> str:
    more = f" and {entry.count - 1} more" if entry.count > 1 else ""
    news = f"{entry.event}{more} " if entry.event else ""
    return f"{entry.source}: {news}{_with_detail(entry)} (delivery {entry.row})"


def _write(entry: Activity) -> str:
    lasted = f" in {span(entry.answered_after)}" if entry.answered_after is not None else ""
    detail = f": {entry.detail}" if entry.detail else ""
    return f"{entry.stage} {entry.word}{lasted}{detail}"


def _with_detail(entry: Activity) -> str:
    return f"{entry.word}: {entry.detail}" if entry.detail else entry.word
