"""`fulfillment accounts`: what it shows of an account, and what an operator does to it."""

import getpass
import re
from typing import Any

import pytest

from tests.support.commands import Commands
from tests.support.harness import Harness, order_key
from tests.support.sandboxes import Platform
from worker.cli.accounts.options import AccountName
from worker.domain.accounts.workers import WorkerProcess
from worker.domain.instants import MINUTE
from worker.domain.results import Done
from worker.store.workers import SqlWorkers

NASTY = "\x1b]0;pwned\x07[bold red]x[/] \u202egnp.exe"


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(getpass, "getuser", lambda: "sara")
    return "sara"


@pytest.fixture
def in_use(harness: Harness) -> Harness:
    """Three orders of the account `main`, two of them due; a worker serves it."""
    for number in range(1, 4):
        harness.accept(order=order_key(number))
    harness.finish(order_key(3), Done())
    SqlWorkers(harness.database).beat(WorkerProcess("w", "box", 7, "1.2", ("main",), 0), None)
    return harness


def listed(fulfillment: Commands, account: str = "main") -> Any:
    documents = {document["account"]: document for document in fulfillment("accounts", "list", "--json").documents}
    return documents[account]


# ----------------------------------------------------------------------------------------------------------------- list


def test_the_keys_of_the_documents_are_a_contract(fulfillment, in_use):
    in_use.holds.hold("main", "outage", None, "timed out", MINUTE)
    document = listed(fulfillment)
    assert " ".join(document) == "account platform dry_run orders waiting due due_since holds workers log"
    assert [document[name] for name in ("platform", "orders", "waiting", "due")] == ["awalchat", 3, 2, 2]
    (hold,), (worker,) = document["holds"], document["workers"]
    assert " ".join(hold) == "reason since until next_probe probes detail"
    assert (hold["reason"], hold["detail"], hold["until"], hold["probes"]) == ("outage", "timed out", None, 0)
    assert " ".join(worker) == "host pid version started_at seen_at"
    assert (worker["host"], worker["pid"]) == ("box", 7)


def test_people_see_orders_holds_and_workers(fulfillment, in_use):
    in_use.holds.hold("main", "outage", None, "timed out", MINUTE)
    page = " ".join(fulfillment("accounts", "list").out.split())
    for text in (
        "main",
        "awalchat",
        "3, 2 with a due time, 2 of them due since",
        "outage, timed out",
        "next probe in ",
        "box:7",
    ):
        assert text in page


def test_no_probe_is_announced_while_an_operator_holds_the_account(fulfillment, in_use):
    in_use.holds.hold("main", "outage", None, "timed out", MINUTE)
    in_use.holds.hold("main", "operator", None)
    page = " ".join(fulfillment("accounts", "list").out.split())
    assert "no probe while it is held for operator" in page
    assert "next probe" not in page
    assert [hold["next_probe"] for hold in listed(fulfillment)["holds"]] == [None, None]


def test_an_account_in_a_dry_run_is_marked(fulfillment, in_use):
    assert (listed(fulfillment)["dry_run"], "dry run" in fulfillment("accounts", "list").out) == (False, False)
    fulfillment.set({"FULFILLMENT_ACCOUNTS__MAIN__DRY_RUN": "true"})
    assert listed(fulfillment)["dry_run"] is True
    assert "dry run nothing is written at the platform" in " ".join(fulfillment("accounts", "list").out.split())


def test_an_account_that_the_settings_do_not_name_is_listed_when_it_has_orders_or_a_hold(fulfillment, in_use):
    in_use.accept(order=order_key(1, "gone"))
    in_use.holds.hold("held", "operator", None)
    assert [document["account"] for document in fulfillment("accounts", "list", "--json").documents] == [
        "gone",
        "held",
        "main",
    ]
    assert listed(fulfillment, "gone")["platform"] is None
    assert "the settings do not name this account" in " ".join(fulfillment("accounts", "list").out.split())
    assert "none serves it" in fulfillment("accounts", "list").out


def test_text_from_outside_is_printed_in_80_columns_without_control_characters(fulfillment, in_use):
    in_use.holds.hold("main", "outage", None, NASTY)
    out = fulfillment("accounts", "list").out
    assert not {c for c in out if not c.isprintable() and c != "\n"}
    assert max(map(len, out.splitlines())) <= 80
    assert fulfillment("accounts", "list", "--json").out.isascii()


# ----------------------------------------------------------------------------------------------------- hold and release


def test_a_hold_of_an_operator_keeps_who_and_why(fulfillment, in_use, user):
    result = fulfillment("accounts", "hold", "main", "--reason", "prices change")
    assert (result.code, result.err) == (0, "")
    command = "fulfillment accounts release main --reason <why>"
    assert result.out == f"main is held until `{command}`; 2 orders wait with it.\n"
    assert in_use.hold_details() == {"operator": "prices change (sara)"}
    assert in_use.due_orders.claim(10, 0) == []


def test_a_second_hold_of_an_operator_says_who_held_the_account_before(fulfillment, in_use, user):
    assert "It was held" not in fulfillment("accounts", "hold", "main", "--reason", "prices change").out
    out = fulfillment("accounts", "hold", "main", "--reason", "stocktaking").out
    assert re.search(r" It was held since \S+ \S+ UTC \(.+\): prices change \(sara\)\.$", out.strip())
    assert in_use.hold_details() == {"operator": "stocktaking (sara)"}


def test_a_release_says_what_follows_and_who_and_why_stay_in_the_log(fulfillment, in_use, user):
    fulfillment("accounts", "hold", "main", "--reason", "prices change")
    result = fulfillment("accounts", "release", "main", "--reason", "prices are right")
    assert result.out == "main is not held any more: 2 orders go on, at first a few at a time.\n"
    assert in_use.hold_ends() == {}
    assert [(entry["action"], entry["detail"]) for entry in listed(fulfillment)["log"]] == [
        ("held", "prices change (sara)"),
        ("released", "operator: prices are right (sara)"),
    ]


def test_a_release_lifts_only_the_hold_that_it_names(fulfillment, in_use):
    in_use.holds.hold("main", "operator", None)
    in_use.holds.hold("main", "outage", None)
    result = fulfillment("accounts", "release", "main", "--hold", "outage", "--reason", "the firewall was wrong")
    assert result.out == "The hold for outage is lifted. main is still held for operator.\n"
    assert set(in_use.hold_ends()) == {"operator"}


def test_a_release_without_a_worker_says_what_is_missing(fulfillment, harness):
    harness.accept(order=order_key(1))
    harness.holds.hold("main", "operator", None)
    assert fulfillment("accounts", "release", "main", "--reason", "ok").out == (
        "main is not held any more: 1 order goes on as soon as a worker serves it.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("release", "main", "--reason", "x"),
            "main has no hold for operator; it is held for outage: name it by --hold",
        ),
        (("release", "main", "--hold", "credentials", "--reason", "x"), "main has no hold for credentials"),
        (("release", "mian", "--reason", "x"), "there is no account “mian”; known are: main"),
        (("hold", "mian", "--reason", "x"), "there is no account “mian”; known are: main"),
        (("hold", "main", "--reason", "  "), "a reason is needed"),
        (("hold", "main", "--reason", "…"), "“…” is no reason: say why"),
        (("release", "main", "--hold", "outage", "--reason", " \t"), "a reason is needed"),
        (("probe", "mian"), "the settings name no account “mian”"),
    ],
)
def test_a_mistake_changes_nothing_and_is_explained(fulfillment, in_use, arguments, message):
    in_use.holds.hold("main", "outage", None, "timed out")
    result = fulfillment("accounts", *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert in_use.hold_details() == {"outage": "timed out"}


def test_a_dry_run_says_what_would_follow_and_changes_nothing(fulfillment, in_use):
    in_use.holds.hold("main", "outage", None, "timed out")
    assert fulfillment("accounts", "hold", "main", "--dry-run").out.startswith(
        "No call is made to its platform any more"
    )
    released = fulfillment("accounts", "release", "main", "--hold", "outage", "--dry-run")
    assert released.out.startswith("main is not held any more")
    assert fulfillment("accounts", "release", "main", "--dry-run").code == 2
    assert fulfillment("accounts", "hold", "mian", "--dry-run").code == 2
    assert in_use.hold_details() == {"outage": "timed out"}


@pytest.mark.parametrize("command", ["hold", "release"])
def test_nobody_acts_without_a_reason(fulfillment, in_use, command):
    result = fulfillment("accounts", command, "main")
    assert (result.code, "--reason" in result.err) == (2, True)


# ---------------------------------------------------------------------------------------------------------------- probe


@pytest.fixture
def tables(platform: Platform, fulfillment: Commands) -> Commands:
    assert fulfillment("migrate").code == 0
    return fulfillment


def hold(fulfillment: Commands) -> None:
    assert fulfillment("accounts", "hold", "main", "--reason", "a test").code == 0


def test_good_credentials(tables, platform):
    result = tables("accounts", "probe", "main")
    assert (result.code, result.err) == (0, "")
    assert result.out == "The platform answers, and the credentials are good. main is not held.\n"
    assert platform.calls() == 1


def test_refused_credentials(tables, platform):
    platform("POST", "/faults", {"kind": "wrong_credentials"})
    result = tables("accounts", "probe", "main", "--json")
    assert (result.code, result.document["result"], result.document["held"]) == (1, "refused", [])
    assert result.document["detail"].startswith("HTTP 401")
    assert " ".join(result.document) == "account result detail lifted held"


def test_a_platform_with_an_outage(tables, platform):
    platform("POST", "/faults", {"kind": "outage", "seconds": 60})
    result = tables("accounts", "probe", "main")
    assert result.code == 3
    assert result.out.startswith("The platform gives no usable answer: HTTP 503")


def test_a_probe_survives_and_keeps_the_hold_of_an_operator(tables, platform):
    hold(tables)
    result = tables("accounts", "probe", "main", "--json")
    assert (result.code, result.document["held"], result.document["lifted"]) == (0, ["operator"], [])


def test_a_good_probe_lifts_what_it_disproves(fulfillment, in_use, account_at):
    in_use.holds.hold("main", "credentials", None, "HTTP 401")
    in_use.holds.hold("main", "operator", None, "a test")
    account_at("cekat")
    fulfillment.set({"FULFILLMENT_DATABASE_URL": str(in_use.database.url.render_as_string(hide_password=False))})
    result = fulfillment("accounts", "probe", "main")
    assert result.out == (
        "The platform answers, and the credentials are good. The hold for credentials is lifted."
        " If the settings have changed, restart the workers: each has those with which it began."
        " main is held for operator.\n"
    )


# ----------------------------------------------------------------------------------------------------------- completion


def test_the_names_of_accounts_complete_and_a_mistake_in_the_settings_completes_nothing(fulfillment):
    complete = AccountName().shell_complete
    assert [item.value for item in complete(None, None, "m")] == ["main"]  # type: ignore[arg-type]
    assert complete(None, None, "x") == []  # type: ignore[arg-type]
    fulfillment.set({"FULFILLMENT_ACCOUNTS__MAIN__PLATFORM": "none"})
    assert complete(None, None, "m") == []  # type: ignore[arg-type]
