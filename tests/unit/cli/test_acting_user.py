"""The audit log names who acts: the user who called sudo, and never a text that is no name."""

import getpass
import os
import pwd

import pytest

from worker.application.acting_user import acting_user
from worker.cli import options
from worker.domain.errors import IllegalRequest
from worker.operations.orders import require_reason
from worker.operations.phrases import MAX_REASON

OWN = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "root")


@pytest.mark.parametrize("name", ["sara", "sara.ali", "s-1_x", "SHOP\\sara", "sara@shop.example", "host$", "سارة"])
def test_the_user_who_called_sudo_comes_before_the_one_who_runs_the_command(name: str):
    assert acting_user({"SUDO_USER": name, "USER": "fulfillment"}) == name


@pytest.mark.parametrize(
    "text",
    ["", " ", "a) released by root (b", "\x1b[31msara", "sa\nra", "sa\u202era", "-x", "x" * 66, "sara\n"],
)
def test_a_text_that_is_no_name_is_passed_over(monkeypatch: pytest.MonkeyPatch, text: str):
    assert acting_user({"SUDO_USER": text}) == "root"
    monkeypatch.setattr(getpass, "getuser", lambda: text)
    assert acting_user({"SUDO_USER": text}) == OWN


def test_a_user_without_a_name_leaves_the_reason_alone(monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> str:
        raise KeyError

    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", fail)
    monkeypatch.setattr(pwd, "getpwuid", fail)
    assert options.with_user("the parcel came back") == "the parcel came back"


def test_a_reason_gets_the_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SUDO_USER", "sara")
    assert options.with_user("the parcel came back") == "the parcel came back (sara)"
    assert options.with_user(" ") == ""


@pytest.mark.parametrize("reason", ["x" * MAX_REASON, " \u202e" + "ü" * (MAX_REASON - 2)])
def test_the_longest_reason_keeps_the_name(monkeypatch: pytest.MonkeyPatch, reason: str):
    monkeypatch.setenv("SUDO_USER", "s" * 64)
    assert require_reason(options.with_user(reason)).endswith(f" ({'s' * 64})")


def test_a_reason_that_is_longer_is_refused_and_never_cut():
    with pytest.raises(IllegalRequest, match="longer than 500 characters"):
        options.with_user("x" * (MAX_REASON + 1))


@pytest.mark.parametrize("reason", ["\u200b", "\x00\n", "\u202e \u2060"])
def test_a_reason_that_does_not_show_is_none(monkeypatch: pytest.MonkeyPatch, reason: str):
    monkeypatch.setenv("SUDO_USER", "sara")
    assert options.with_user(reason) == ""
