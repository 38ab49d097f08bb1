"""The accounts, with their orders, holds, call budgets, scans and workers; and one account."""

from flask import Flask, abort, render_template

from worker.application.accounts import account_looks
from worker.console.offers import account_buttons
from worker.console.parts import Parts
from worker.console.presentation.kinds import STATES
from worker.domain.instants import microseconds
from worker.operations.advice import advise_on_hold


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the pages to *app*."""
    scan_every = microseconds(parts.context.settings.scan_every)

    def accounts() -> str:
        look = parts.figures.look()
        return render_template(
            "accounts.html", now=look.now, accounts=account_looks(parts.context, look), **_words(scan_every)
        )

    def account(account: str) -> str:
        look = parts.figures.look()
        found = next((each for each in account_looks(parts.context, look) if each.name == account), None)
        if found is None:
            abort(404)
        values = {"account": found, "own_scan": parts.scans.view(account), "buttons": list(account_buttons(found))}
        return render_template("account.html", now=look.now, **values, **_words(scan_every))

    app.add_url_rule("/accounts", view_func=accounts, methods=["GET"])
    app.add_url_rule("/accounts/<account>", view_func=account, methods=["GET"])


def _words(scan_every: int) -> dict[str, object]:
    return {"states": STATES, "advise_on_hold": advise_on_hold, "scan_every": scan_every}
