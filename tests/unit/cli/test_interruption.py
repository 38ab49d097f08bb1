"""An interrupted command ends with its message on a line of its own."""

import sys

import pytest

from worker.cli import main


@pytest.mark.parametrize(
    ("is_terminal", "shown"), [(True, "\nfulfillment: interrupted\n"), (False, "fulfillment: interrupted\n")]
)
def test_on_a_terminal_the_message_is_not_on_the_line_of_the_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_terminal: bool, shown: str
):
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "_invoke", interrupted)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    assert main.run(["doctor"]) == 130
    assert capsys.readouterr().err == shown
