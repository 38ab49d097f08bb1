"""`fulfillment sources check`: all flaws of a profile file."""

from pathlib import Path

import pytest

from tests.support.commands import Commands
from tests.support.fastbox import PROFILE


@pytest.mark.usefixtures("fastbox")
def test_a_right_profile_has_a_summary(fulfillment: Commands):
    result = fulfillment("sources", "check", "fastbox.toml")
    assert (result.code, result.err) == (0, "")
    assert result.out == "fastbox.toml is right: Fastbox; authentication: signature (signed); 2 rows of statuses.\n"


def test_all_flaws_are_named_a_line_for_each(fulfillment: Commands, fastbox: Path):
    fastbox.write_text(PROFILE + "\n".join(f'key{n} = "x"' for n in range(15)))
    result = fulfillment("sources", "check", "fastbox.toml")
    assert result.code == 2
    lines = result.out.splitlines()
    assert lines[0] == "fastbox.toml:17: status.key0 is not a known key"
    assert len(lines) == 15
    document = fulfillment("sources", "check", "./fastbox.toml", "--json").document
    assert document["flaws"] == [f"./{line}" for line in lines]
    assert (document["right"], document["title"], document["auth"], document["rows"]) == (False, None, [], None)


@pytest.mark.parametrize(("name", "right"), [("fastbox.toml", True), ("capture", True), ("no/thing.toml", False)])
@pytest.mark.usefixtures("fastbox")
def test_a_check_as_json_is_one_object(fulfillment: Commands, name: str, right: bool):
    result = fulfillment("sources", "check", name, "--json")
    assert result.code == (0 if right else 2)
    assert " ".join(result.document) == "name right flaws title auth rows"
    assert (result.document["name"], result.document["right"]) == (name, right)


def test_what_is_right_is_summed_up_in_json_as_well(fulfillment: Commands, fastbox: Path):
    document = fulfillment("sources", "check", str(fastbox), "--json").document
    assert document["auth"] == [{"name": "signature", "trust": "signed"}]
    assert (document["title"], document["rows"]) == ("Fastbox", 2)


@pytest.mark.usefixtures("fastbox")
def test_a_file_is_named_as_it_was_given(fulfillment: Commands, fastbox: Path):
    missing = "couriers/zephyr.toml does not exist; the path begins at the working directory"
    assert fulfillment("sources", "check", "couriers/zephyr.toml").out == f"{missing}\n"
    assert fulfillment("sources", "check", "/zephyr.toml").out == "/zephyr.toml does not exist\n"
    fastbox.write_text("title = 1")
    assert fulfillment("sources", "check", str(fastbox)).out.startswith(f"{fastbox}:1: title must be a text\n")


def test_a_file_with_the_name_of_a_built_in_profile_has_its_other_flaws_too(fulfillment: Commands, fastbox: Path):
    copy = fastbox.with_name("capture.toml")
    copy.write_text(PROFILE)
    assert len(fulfillment("sources", "check", "capture.toml").out.splitlines()) == 1
    copy.write_text(PROFILE.replace("number =", "numbers ="))
    lines = fulfillment("sources", "check", "capture.toml").out.splitlines()
    assert len(lines) == 2
    assert "rename it" in lines[0]
    assert "read.numbers" in lines[1]


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        ("capture", 0, "capture is right"),
        ("courier", 0, "courier is part of the program: there is no file to check."),
        ("nothing", 2, "there is no built-in profile nothing"),
    ],
)
def test_a_name_can_be_checked_as_well(fulfillment: Commands, name: str, code: int, text: str):
    result = fulfillment("sources", "check", name)
    assert (result.code, text in result.out) == (code, True)
