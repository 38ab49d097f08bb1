"""Acts on one account: hold it, lift a hold, probe it, scan it. Each has a page that says what follows, and a form."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus

from flask import Flask, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from worker.application.accounts import AccountLook, account_looks, overview_of
from worker.application.probing import probe
from worker.console.acts.forms import note_of
from worker.console.acts.marks import does
from worker.console.parts import Parts, current_user
from worker.console.query_strings import fields_of_request, read_number
from worker.domain.errors import ApiError, IllegalRequest
from worker.domain.instants import SECOND
from worker.domain.overview.accounts import Overview
from worker.domain.reasons import HoldReason
from worker.operations import accounts as operations
from worker.operations.acts import ACTS, ActName
from worker.store.accounts.holds import SqlHolds
from worker.store.queries.accounts import AccountQueries

MAX_WAIT = 10 * SECOND
"""How long a request waits for the call budget before it probes."""
WITH_REASON = frozenset({ActName.HOLD_ACCOUNT, ActName.RELEASE_ACCOUNT})
"""The acts that the log of accounts keeps."""


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the forms and the acts to *app*."""
    for name in _DO:
        view = does(name)(partial(_answer, parts, name))
        rule = f"/accounts/<account>/{name}"
        app.add_url_rule(rule, endpoint=f"act_{name}", view_func=view, methods=["GET", "POST"])


def _answer(parts: Parts, name: ActName, account: str) -> ResponseReturnValue:
    """Show the form of the act *name*, or do it."""
    look = parts.figures.look()
    found = next((each for each in account_looks(parts.context, look) if each.name == account), None)
    if found is None:
        abort(404)
    if request.method != "POST":
        return _form_page(name, found, _FORESEE[name](overview_of(look), found))
    try:
        sentence = _DO[name](parts, found)
    except (IllegalRequest, ApiError) as error:
        # What was foreseen may be impossible by now.
        return _form_page(name, found, "", notice=f"{error}."), HTTPStatus.CONFLICT
    url = url_for("account", account=account)
    return render_template("simple_done.html", act=ACTS[name], sentence=sentence, url=url, title=f"Account {account}")


def _form_page(name: ActName, account: AccountLook, follows: str, notice: str = "") -> str:
    reason = _wanted_hold() if name is ActName.RELEASE_ACCOUNT else ""
    since = next((hold.since for hold in account.holds if hold.reason == reason), 0)
    return render_template(
        "simple_act.html",
        act=ACTS[name],
        title=f"account {account.name}",
        url=url_for("account", account=account.name),
        follows=follows,
        hidden={"hold": reason, "since": since} if reason else {},
        needs_reason=name in WITH_REASON,
        notice=notice,
        reason=fields_of_request().get("reason", ""),
    )


def _wanted_hold() -> str:
    return fields_of_request().get("hold", HoldReason.OPERATOR)


def _hold(parts: Parts, account: AccountLook) -> str:
    database, names = parts.context.database, parts.context.settings.accounts
    overview = AccountQueries(database).overview()
    return operations.hold(SqlHolds(database), overview, names, account.name, _note())


def _release(parts: Parts, account: AccountLook) -> str:
    database, names = parts.context.database, parts.context.settings.accounts
    overview, reason = AccountQueries(database).overview(), _wanted_hold()
    if reason not in set(HoldReason):
        raise IllegalRequest("there is no such reason of a hold")
    operations.require_hold_as_seen(overview, account.name, reason, read_number(fields_of_request(), "since"))
    return operations.release(SqlHolds(database), overview, names, account.name, HoldReason(reason), _note())


def _probe(parts: Parts, account: AccountLook) -> str:
    probed = probe(parts.context, account.name, MAX_WAIT)
    return operations.probe_sentence(account.name, probed.answer, probed.lifted, probed.held)


def _scan(parts: Parts, account: AccountLook) -> str:
    if not parts.scans.start(account.name):
        raise IllegalRequest(f"a scan of {account.name} runs already")
    return f"The scan of {account.name} has begun. The page of the account shows how far it is, and what it finds."


def _note() -> str:
    return note_of(fields_of_request().get("reason", "").strip(), current_user().name)


_DO: Mapping[ActName, Callable[[Parts, AccountLook], str]] = {
    ActName.HOLD_ACCOUNT: _hold,
    ActName.RELEASE_ACCOUNT: _release,
    ActName.PROBE: _probe,
    ActName.SCAN: _scan,
}
_FORESEE: Mapping[ActName, Callable[[Overview, AccountLook], str]] = {
    ActName.HOLD_ACCOUNT: lambda overview, account: operations.preview_hold(overview, account.name),
    ActName.RELEASE_ACCOUNT: lambda overview, account: operations.preview_release(
        overview, account.name, _wanted_hold()
    ),
    ActName.PROBE: lambda *_: "One read is sent. Holds of which the answer proves that they are over are lifted.",
    ActName.SCAN: lambda *_: (
        "The scan runs in this console, within the scans' share of the call budget. It may take minutes."
    ),
}
