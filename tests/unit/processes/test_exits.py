import pytest

from worker.domain.errors import SettingsError
from worker.processes.exits import WRONG_USE, exit_on_error, print_error
from worker.settings.layers import Location
from worker.settings.mistakes import MAX_SENTENCES, Mistake, settings_error


def test_each_mistake_in_the_settings_is_a_line(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended, exit_on_error(WRONG_USE):
        raise SettingsError("KEEP is wrong.\nLISTEN is \x1b[31mmissing.\nKEEPP is not known: did you mean KEEP?")
    assert ended.value.code == WRONG_USE
    assert capsys.readouterr().err.split("\n") == [
        "fulfillment: KEEP is wrong.",
        "fulfillment: LISTEN is  [31mmissing.",
        "fulfillment: KEEPP is not known: did you mean KEEP?",
        "",
    ]


def test_every_mistake_of_a_full_message_is_printed(capsys: pytest.CaptureFixture[str]):
    print_error(str(settings_error(Mistake((), Location(str(n)), "is wrong") for n in range(MAX_SENTENCES + 1))))
    lines = capsys.readouterr().err.splitlines()
    assert (len(lines), lines[-1]) == (MAX_SENTENCES + 1, "fulfillment: … and 1 more.")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "the database does not answer:\n\tIs it running?\nfulfillment: done",
            "the database does not answer: Is it running? fulfillment: done",
        ),
        ("x" * 2000, "x" * 1000),
        ("", ""),
    ],
)
def test_a_text_from_outside_stays_on_one_line_of_bounded_length(text, line, capsys: pytest.CaptureFixture[str]):
    print_error(text)
    assert capsys.readouterr().err == f"fulfillment: {line}\n"
