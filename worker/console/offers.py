"""The acts that pages offer, with the addresses of their forms. Which acts a state allows is in `worker.operations`."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for

from worker.application.accounts import AccountLook
from worker.application.context import Context
from worker.console.buttons import Button
from worker.domain.overview.snapshot import Snapshot
from worker.operations.accounts import possible_account_acts
from worker.operations.acts import ACTS, ActDescription
from worker.operations.possible_acts import PossibleAct, possible_acts
from worker.settings.carriers import carriers_of


@dataclass(frozen=True, slots=True)
class OfferedAct:
    """An act that the state of the order allows, what it is, and the address of its form."""

    possible: PossibleAct
    act: ActDescription
    url: str


def acts_on_order(context: Context, snapshot: Snapshot) -> tuple[PossibleAct, ...]:
    """Return the acts that the state of the order allows, with the carriers that the settings name."""
    return possible_acts(snapshot, carriers_of(context.settings.sources.items(), snapshot.order.key.account))


def offered_acts(context: Context, snapshot: Snapshot) -> list[OfferedAct]:
    """Return the acts that the page of an order offers."""
    query = urlencode({"order": str(snapshot.order.key)})
    return [
        OfferedAct(possible, ACTS[possible.name], f"/orders/-/{possible.name}?{query}")
        for possible in acts_on_order(context, snapshot)
    ]


def account_buttons(account: AccountLook) -> Iterator[Button]:
    """Yield the buttons of the acts that the state of *account* allows."""
    for name, hold in possible_account_acts(account.holds, is_configured=account.settings is not None):
        label = f"{ACTS[name].label} for {hold}…" if hold else f"{ACTS[name].label}…"
        url = url_for(f"act_{name}", account=account.name)
        yield Button(label, f"{url}?{urlencode({'hold': hold})}" if hold else url)
