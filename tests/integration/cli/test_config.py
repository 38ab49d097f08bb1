"""The option `--config`: the settings file for a command and for the processes that it starts."""

import os
import shlex
from pathlib import Path

import pytest

from tests.support.commands import Commands
from tests.support.good_settings import MAIN, TOML


@pytest.fixture
def settings_file(fulfillment: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file in the working directory. The environment has only an empty FULFILLMENT_CONFIG."""
    fulfillment.set({name: None for name in os.environ if name.startswith("FULFILLMENT_")})
    fulfillment.set({"FULFILLMENT_CONFIG": ""})
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "my settings.toml"
    file.write_text(TOML.replace("[accounts.main]", "[accounts.from_file]"))
    return file


def accounts(fulfillment: Commands, *options: str) -> str:
    """Return the sentence in which the doctor names the accounts."""
    checks = fulfillment(*options, "doctor", "--json").document["checks"]
    sentence: str = next(check["sentence"] for check in checks if check["check"] == "settings")
    return sentence


def test_the_file_has_the_settings_of_the_command(fulfillment: Commands, settings_file: Path):
    assert "Accounts: from_file." in accounts(fulfillment, "--config", settings_file.name)


def test_processes_that_the_command_starts_inherit_the_file_by_its_absolute_path(
    fulfillment: Commands, settings_file: Path
):
    accounts(fulfillment, "--config", settings_file.name)
    assert os.environ["FULFILLMENT_CONFIG"] == str(settings_file)


def test_the_option_overrides_its_variable_and_not_single_settings(fulfillment: Commands, settings_file: Path):
    fulfillment.set({"FULFILLMENT_CONFIG": "/nowhere.toml", "FULFILLMENT_LOG_LEVEL": "info"})
    assert "Accounts: from_file." in accounts(fulfillment, "--config", str(settings_file))
    fulfillment.set({"FULFILLMENT_ACCOUNTS__FROM_FILE__PLATFORM": "nonsense"})
    result = fulfillment("--config", str(settings_file), "doctor")
    assert (result.code, "FULFILLMENT_ACCOUNTS__FROM_FILE__PLATFORM must be" in result.err) == (2, True)


@pytest.mark.parametrize("name", ["nowhere.toml", ".", ""])
def test_a_file_that_does_not_exist_is_refused_in_one_sentence(fulfillment: Commands, settings_file: Path, name: str):
    result = fulfillment("--config", name, "orders", "list")
    named = settings_file.parent / name
    assert result == (2, "", f"fulfillment: --config names {named}: there is no such file.\n")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe", "my settings.toml, which is not a text in UTF-8."),
        (b"#" * 1_100_000, "my settings.toml, which is larger than 1048576 bytes."),
        (b"log_level = ", "my settings.toml"),
        (TOML.replace("warning", "shout").encode(), "my settings.toml:2: log_level must be "),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(
    fulfillment: Commands, settings_file: Path, content: bytes, sentence: str
):
    settings_file.write_bytes(content)
    result = fulfillment("--config", settings_file.name, "orders", "list")
    assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 1)
    assert sentence in result.err


def test_after_the_command_the_message_says_that_it_goes_before_it(fulfillment: Commands):
    result = fulfillment("orders", "list", "--config", "x.toml")
    assert (result.code, result.out) == (2, "")
    assert "It goes before the command: fulfillment --config FILE COMMAND" in result.err


def test_each_advised_command_has_the_option_and_runs_as_it_stands(fulfillment: Commands, settings_file: Path):
    option = f"--config {shlex.quote(str(settings_file))}"
    refused = fulfillment("--config", settings_file.name, "orders", "list")
    assert refused == (3, "", f"fulfillment: there is no database yet: run `fulfillment {option} migrate`\n")
    _, *words = shlex.split(refused.err.split("`")[1])
    assert fulfillment(*words).code == 0
    doctor = fulfillment("--config", settings_file.name, "doctor")
    checks = fulfillment("--config", settings_file.name, "doctor", "--json").document["checks"]
    texts = [f"{check['sentence']} {check['advice']}" for check in checks]
    commands = [part for text in texts for part in text.split("`")[1::2] if part.startswith("fulfillment ")]
    assert len(commands) >= 3
    assert all(command.startswith(f"fulfillment {option} ") for command in commands)
    assert all(command in doctor.out for command in commands)


def test_an_explanation_has_the_option_in_its_commands(fulfillment: Commands, settings_file: Path):
    first = ("--config", settings_file.name)
    assert fulfillment(*first, "migrate").code == 0
    advanced = fulfillment(*first, "orders", "advance", "1", "--to", "shipped", "--reason", "a test", "--create")
    assert advanced.code == 0
    command = f"fulfillment --config {shlex.quote(str(settings_file))} up"
    document = fulfillment(*first, "orders", "explain", "1", "--json").document
    assert (document["answer"]["command"], document["commands"]) == (command, [command])
    assert command in fulfillment(*first, "orders", "explain", "1").out.splitlines()


def test_without_the_option_no_advised_command_has_it(fulfillment: Commands, settings_file: Path):
    fulfillment("--config", settings_file.name, "orders", "list")
    fulfillment.set({"FULFILLMENT_CONFIG": str(settings_file)})
    assert "run `fulfillment migrate`" in fulfillment("orders", "list").err


def test_help_says_where_settings_come_from(fulfillment: Commands):
    page = fulfillment("--help").out
    sources = [
        "variables that begin with FULFILLMENT_",
        "--config or FULFILLMENT_CONFIG",
        "./fulfillment.toml",
        "defaults",
    ]
    positions = [page.rindex(source) for source in sources]
    assert positions == sorted(positions)


def test_help_needs_no_settings(fulfillment: Commands):
    fulfillment.set({f"{MAIN}PLATFORM": "nonsense"})
    assert fulfillment("orders", "list", "--help").code == 0
