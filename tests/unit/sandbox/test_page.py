"""What the sandbox's page says is what the sandbox does: its options, its control API, its faults."""

import re

import click
import pytest

from deploy.sandbox.__main__ import main
from deploy.sandbox.app import create_sandbox
from deploy.sandbox.fault_form import FORMS
from deploy.sandbox.faults import Kind
from tests.support.pages import SANDBOX, table
from tests.unit.sandbox.conftest import ACCOUNT

WORD = re.compile(r"`([a-z_]+)`")
FAULTS = {row[0].strip("`"): row[1] for row in table(SANDBOX, "## Faults")}


def test_every_option_is_listed_with_its_default():
    told: dict[str, str] = {}
    for names, defaults, _ in table(SANDBOX, "That line is all it prints"):
        options = re.findall(r"--[a-z-]+", names)
        values = re.findall(r"`([^`]*)`", defaults) or [defaults] * len(options)
        told |= dict(zip(options, values, strict=True))
    assert told == {option.opts[0]: default(option) for option in main.params}


def default(option: click.Parameter) -> str:
    if option.required:
        return "required"
    return f"{option.default:g}" if isinstance(option.default, int | float) else str(option.default)


def test_every_request_to_the_control_api_is_listed():
    told = {request for row in table(SANDBOX, "## Control API") for request in re.findall("`([A-Z]+ /[^`?]*)", row[0])}
    rules = [rule for rule in create_sandbox(ACCOUNT).url_map.iter_rules() if rule.rule.startswith("/_sandbox")]
    served = {
        f"{method} {re.sub('<int:.*>', 'N', rule.rule.removeprefix('/_sandbox'))}"
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
