"""What a shell gets when it asks for completion."""

import sys
from collections.abc import Callable

import pytest

from worker.cli.commands import COMMANDS
from worker.cli.main import run

Complete = Callable[[str], list[str]]


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Complete:
    """Completes the last word of a command line, as Bash asks for it."""

    def completions(line: str) -> list[str]:
        monkeypatch.setenv("_FULFILLMENT_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        assert run([]) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return [entry.removeprefix("plain,") for entry in printed.out.split()]

    return completions


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("fulfillment ", list(COMMANDS)),
        ("fulfillment de", ["demo", "deliveries"]),
        ("fulfillment --", ["--config", "--version", "--help"]),
        ("fulfillment --config ", ["file,"]),
        ("fulfillment --config x.toml d", ["demo", "doctor", "deliveries"]),
        ("fulfillment --version m", ["migrate"]),
        ("fulfillment orders ", ["list", "show", "explain", "advance", "retry", "release", "close", "assign"]),
        ("fulfillment orders list --st", ["--stage", "--state", "--stopped", "--stop"]),
        ("fulfillment orders list --stage s", ["shipped"]),
        ("fulfillment platform orders c", ["create"]),
        ("fulfillment deliveries list --outcome ", ["quarantined", "stale", "accepted", "duplicate"]),
        ("fulfillment orders show ", []),
        ("fulfillment sources ", ["list", "show", "check", "try", "rename"]),
        ("fulfillment sources show cap", ["capture", "file,cap"]),
        ("fulfillment sources check x", ["file,x"]),
        ("fulfillment sources try capture x", ["file,x"]),
        ("fulfillment sources try --re", ["--reference"]),
        ("fulfillment deliveries try 1 --profile cap", ["capture", "file,cap"]),
    ],
)
def test_commands_options_and_values_are_completed(complete: Complete, line: str, expected: list[str]):
    assert sorted(complete(line)) == sorted(expected)


def test_names_of_commands_are_completed_without_importing_them(complete: Complete, monkeypatch: pytest.MonkeyPatch):
    for name in [name for name in sys.modules if name.startswith("worker.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    assert complete("fulfillment ") != []
    assert not [name for name in sys.modules if name.startswith(("worker.cli.orders", "worker.cli.services"))]


def test_completion_needs_no_settings(complete: Complete, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FULFILLMENT_CONFIG", "/nowhere")
    assert complete("fulfillment orders list --acc") == ["--account"]


@pytest.mark.parametrize("instruction", ["bash", "tcsh_source", "bash_nonsense"])
def test_an_unknown_instruction_is_refused(instruction: str, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setenv("_FULFILLMENT_COMPLETE", instruction)
    assert run([]) == 2
    message = "fulfillment: _FULFILLMENT_COMPLETE must be bash_source, zsh_source or fish_source.\n"
    assert capsys.readouterr() == ("", message)
