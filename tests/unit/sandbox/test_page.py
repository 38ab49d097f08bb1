"""The README of the sandbox lists the options, the control API and the faults exactly as the code has them."""

import re

import pytest

from deploy.sandbox.__main__ import main
from deploy.sandbox.app import create_sandbox
from deploy.sandbox.cekat.account import Account
from deploy.sandbox.cekat.platform import Cekat
from deploy.sandbox.fault_schema import PARAMETERS
from deploy.sandbox.faults import FaultKind
from deploy.sandbox.platforms import PLATFORMS
from tests.support.pages import SANDBOX, table

WORD = re.compile(r"`([a-z_]+)`")
FAULTS = {row[0].strip("`"): row[1] for row in table(SANDBOX, "## Faults")}


def listed_defaults(heading: str, column: int) -> dict[str, str]:
    """Return each option of a table of the README with its default, which is in *column*."""
    defaults: dict[str, str] = {}
    for row in table(SANDBOX, heading):
        options = re.findall(r"--[a-z-]+", row[0])
        values = re.findall(r"`([^`]*)`", row[column]) or [row[column]] * len(options)
        defaults |= dict(zip(options, values, strict=True))
    return defaults


def as_listed(default: object, if_none: str) -> str:
    if default is None:
        return if_none
    return f"{default:g}" if isinstance(default, int | float) else str(default)


def test_the_readme_lists_every_common_option_with_its_default():
    of_platforms = {name for platform in PLATFORMS.values() for name in platform.options}
    common = [option for option in main.params if option.name not in of_platforms]
    defaults = {option.opts[0]: as_listed(option.default, "the platform's") for option in common}
    assert listed_defaults("## Options", 1) == defaults


@pytest.mark.parametrize(("column", "name"), [*enumerate(PLATFORMS, start=1)])
def test_the_readme_lists_every_option_of_a_platform_with_its_default(column, name):
    platform = PLATFORMS[name]
    options = {
        f"--{key.replace('_', '-')}": as_listed(option.default, "required") for key, option in platform.options.items()
    }
    values = {key: option.default or "" for key, option in platform.options.items()}
    base_path = platform.from_options(values, None).base_path
    listed = listed_defaults("### Account options", column)
    assert {option: default for option, default in listed.items() if default != "–"} == {
        **options,
        "--base-path": base_path or "empty",
        "--rate-limit": str(platform.calls_per_minute),
    }


def test_the_readme_lists_every_request_of_the_control_api():
    cells = [row[0] for row in table(SANDBOX, "## Control API")]
    listed = {request for cell in cells for request in re.findall("`([A-Z]+ /[^`?]*)", cell)}
    app = create_sandbox(Cekat(Account(api_key="k")))
    served = {
        f"{method} {re.sub('<.*>', 'N', rule.rule.removeprefix('/_sandbox'))}"
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/_sandbox")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {re.sub("[0-9]+", "N", request) for request in listed} == served


def test_the_readme_describes_every_kind_of_fault():
    assert list(FAULTS) == list(FaultKind)


@pytest.mark.parametrize("kind", FaultKind)
def test_the_readme_names_every_parameter_of_a_fault(kind):
    cell = FAULTS[kind]
    of_status = FAULTS["status"] if cell.startswith("the same") else ""
    assert set(WORD.findall(re.sub(r"\([^)]*\)", "", f"{cell} {of_status}"))) == set(PARAMETERS[kind])
