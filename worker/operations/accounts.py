"""What an operator may do to a whole account: hold it, lift a hold, probe it. The results are sentences."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Protocol

from worker.domain.accounts.probing import ProbeAnswer, ProbeResult
from worker.domain.accounts.workers import Service
from worker.domain.errors import IllegalRequest
from worker.domain.instants import Instant
from worker.domain.overview.accounts import AccountOrders, Overview
from worker.domain.overview.snapshot import Hold
from worker.domain.reasons import HoldReason
from worker.domain.text import clean_text
from worker.operations.acts import ActName
from worker.operations.instants import when
from worker.operations.orders import require_reason
from worker.operations.phrases import WHY, counted, join_items


class OperatorHolds(Protocol):
    """The holds, as an operator changes them. The log of accounts keeps each change. Both raise `StoreUnavailable`."""

    def hold_for_operator(self, account: str, note: str) -> None:
        """Hold the account until `release`. A hold of an operator that exists already gets the new *note*."""

    def release(self, account: str, reason: HoldReason, note: str) -> bool:
        """Lift the hold for *reason*. False when there is none."""


def hold(holds: OperatorHolds, overview: Overview, configured: Collection[str], account: str, note: str) -> str:
    """Hold *account*, and return what follows. Raises `IllegalRequest` if nobody knows it, or without a *note*.

    A hold of an operator that exists gets the new *note*; the result has the old one.
    """
    require_known(account, overview, configured)
    holds.hold_for_operator(account, require_reason(note))
    before = [other for other in overview.holds_of(account) if other.reason == HoldReason.OPERATOR]
    already = "".join(f" It was held since {when(each.since, overview.now)}: {each.detail}." for each in before)
    until = f"{account} is held until `fulfillment accounts release {account} --reason {WHY}`"
    return f"{until}; {_who_waits(account, overview)}.{already}"


def possible_account_acts(holds: Iterable[Hold], *, is_configured: bool) -> Iterator[tuple[ActName, str]]:
    """Yield the acts that are possible on an account with *holds*; beside a release, the reason of its hold.

    *is_configured*: the settings name the account. A hold of a newer version of the program is not lifted here.
    """
    reasons = [hold.reason for hold in holds]
    if HoldReason.OPERATOR not in reasons:
        yield ActName.HOLD_ACCOUNT, ""
    yield from ((ActName.RELEASE_ACCOUNT, reason) for reason in reasons if reason in set(HoldReason))
    if is_configured:
        yield ActName.PROBE, ""
        yield ActName.SCAN, ""


def preview_hold(overview: Overview, account: str) -> str:
    """Return what would follow from a hold of *account*, in a sentence."""
    return f"No call is made to its platform any more; {_who_waits(account, overview)}."


def preview_release(overview: Overview, account: str, reason: str) -> str:
    """Return what would follow if the hold of *account* for *reason* was lifted, in a sentence.

    Raises `IllegalRequest` if there is no such hold.
    """
    reasons = [hold.reason for hold in overview.holds_of(account)]
    others = [other for other in reasons if other != reason]
    if reason not in reasons:
        raise IllegalRequest(f"{clean_text(account)} has no hold for {clean_text(reason)}; {_remaining(others)}")
    if others:
        return f"{account} is still held for {join_items(others, 'and')}, so its orders wait on."
    return f"{account} is not held any more{_what_follows(account, overview)}."


def require_hold_as_seen(overview: Overview, account: str, reason: str, since: Instant) -> None:
    """Raise `IllegalRequest` if the hold of *account* for *reason* has begun at another instant than *since*."""
    if any(hold.reason == reason and hold.since != since for hold in overview.holds_of(account)):
        raise IllegalRequest(f"the hold of {account} for {reason} is a newer one: nothing was changed; look again")


def release(
    holds: OperatorHolds,
    overview: Overview,
    configured: Collection[str],
    account: str,
    reason: HoldReason,
    note: str,
) -> str:
    """Lift the hold of *account* for *reason*, and return what follows. Raises `IllegalRequest` if there is none."""
    require_known(account, overview, configured)
    others = [other.reason for other in overview.holds_of(account) if other.reason != reason]
    if not holds.release(account, reason, require_reason(note)):
        raise IllegalRequest(f"{account} has no hold for {reason}; {_remaining(others)}")
    if others:
        return f"The hold for {reason} is lifted. {account} is still held for {join_items(others, 'and')}."
    return f"{account} is not held any more{_what_follows(account, overview)}."


def probe_sentence(account: str, answer: ProbeAnswer, lifted: Sequence[str], held: Sequence[str]) -> str:
    """Return what a probe of *account* has shown, which holds it has lifted, and which remain."""
    detail = f": {answer.detail}" if answer.detail else ""
    shown = {
        ProbeResult.GOOD: "The platform answers, and the credentials are good",
        ProbeResult.REFUSED: f"The platform refuses the credentials{detail}",
        ProbeResult.UNREACHABLE: f"The platform gives no usable answer{detail}",
        ProbeResult.UNKNOWN: f"The answer proves nothing{detail}",
    }[answer.result]
    ended = f" The hold for {join_items(lifted, 'and')} is lifted." if lifted else ""
    if HoldReason.CREDENTIALS in lifted:
        ended += " If the settings have changed, restart the workers: each has those with which it began."
    remaining = f" {account} is held for {join_items(held, 'and')}." if held else f" {account} is not held."
    return f"{shown.rstrip('.')}.{ended}{remaining}"


def require_known(account: str, overview: Overview, configured: Collection[str]) -> None:
    """Raise `IllegalRequest` unless the settings, an order or a hold name *account*."""
    known = {*configured, *overview.orders, *(each.account for each in overview.holds)}
    if account not in known:
        raise IllegalRequest(f"there is no account “{clean_text(account)}”; known are: {', '.join(sorted(known))}")


def _who_waits(account: str, overview: Overview) -> str:
    waiting = overview.orders.get(account, AccountOrders()).waiting
    return f"{counted(waiting, 'order waits', 'orders wait')} with it" if waiting else "none of its orders waits now"


def _remaining(reasons: Sequence[str]) -> str:
    return f"it is held for {join_items(reasons, 'and')}: name it by --hold" if reasons else "it is not held"


def _what_follows(account: str, overview: Overview) -> str:
    ready = overview.orders.get(account, AccountOrders()).ready
    if not ready:
        return ", and no order of it is due"
    orders = counted(ready, "order goes", "orders go")
    if overview.service_of(account) is Service.SERVED:
        return f": {orders} on, at first a few at a time"
    return f": {orders} on as soon as a worker serves it"
