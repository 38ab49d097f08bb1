"""What the sandbox's page says is what the sandbox does: its options, its control API, its faults."""

import re

import pytest

from deploy.sandbox.__main__ import main
from deploy.sandbox.app import create_sandbox
from deploy.sandbox.awalchat.platform import Awalchat
from deploy.sandbox.fault_form import FORMS
from deploy.sandbox.faults import Kind
from deploy.sandbox.platforms import PLATFORMS
from tests.support.pages import SANDBOX, table
from tests.unit.sandbox.conftest import ACCOUNT

WORD = re.compile(r"`([a-z_]+)`")
FAULTS = {row[0].strip("`"): row[1] for row in table(SANDBOX, "## Faults")}


def defaults(beginning: str, column: int) -> dict[str, str]:
    """The options of a table of the page, each with its default in *column*."""
    told: dict[str, str] = {}
    for row in table(SANDBOX, beginning):
        options = re.findall(r"--[a-z-]+", row[0])
        values = re.findall(r"`([^`]*)`", row[column]) or [row[column]] * len(options)
        told |= dict(zip(options, values, strict=True))
    return told


def shown(default: object, absent: str) -> str:
    if default is None:
        return absent
    return f"{default:g}" if isinstance(default, int | float) else str(default)


def test_every_option_that_all_platforms_have_is_listed_with_its_default():
    of_accounts = {name for platform in PLATFORMS.values() for name in platform.options}
    shared = [option for option in main.params if option.name not in of_accounts]
    told = {option.opts[0]: shown(option.default, "the platform's") for option in shared}
    assert defaults("That line is all it prints", 1) == told


@pytest.mark.parametrize(("column", "name"), [*enumerate(PLATFORMS, start=1)])
def test_every_option_of_a_platform_is_listed_with_its_default(column, name):
    platform = PLATFORMS[name]
    options = {
        f"--{key.replace('_', '-')}": shown(option.default, "required") for key, option in platform.options.items()
    }
    told = {key: option.default or "" for key, option in platform.options.items()}
    base_path = platform.open(told, None).base_path
    listed = defaults("Of the account, each platform is told", column)
    assert {option: default for option, default in listed.items() if default != "–"} == {
        **options,
        "--base-path": base_path or "empty",
        "--rate-limit": str(platform.calls_a_minute),
    }


def test_every_request_to_the_control_api_is_listed():
    told = {request for row in table(SANDBOX, "## Control API") for request in re.findall("`([A-Z]+ /[^`?]*)", row[0])}
    rules = [
        rule for rule in create_sandbox(Awalchat(ACCOUNT)).url_map.iter_rules() if rule.rule.startswith("/_sandbox")
    ]
    served = {
        f"{method} {re.sub('<.*>', 'N', rule.rule.removeprefix('/_sandbox'))}"
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {re.sub("[0-9]+", "N", request) for request in told} == served


def test_every_kind_of_fault_is_explained():
    assert list(FAULTS) == list(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_every_parameter_of_a_fault_is_named(kind):
    told = FAULTS[kind]
    like = FAULTS["status"] if told.startswith("the same") else ""
    assert set(WORD.findall(re.sub(r"\([^)]*\)", "", f"{told} {like}"))) == set(FORMS[kind])
