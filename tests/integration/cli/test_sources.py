"""`fulfillment sources list` and `show`: who may post, and what a courier has to be told."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.support.commands import Commands
from tests.support.fastbox import NO_SETTINGS, PROFILE, SECRET, try_profile
from webhook_receiver.profiles.schema.files import builtin_names

LONG = {"PROFILE": "capture", "SECRETS": "a-secret-of-sixteen"}


def own_source(fulfillment: Commands, fastbox: Path) -> None:
    fulfillment.set(
        {
            "FULFILLMENT_SOURCES__FASTBOX__PROFILE": str(fastbox),
            "FULFILLMENT_SOURCES__FASTBOX__SECRETS": SECRET,
            "FULFILLMENT_SOURCES__FASTBOX__HEADER": "X-Mine",
            "FULFILLMENT_SOURCES__FASTBOX__PUBLIC_PREFIX": "/shop",
            "FULFILLMENT_SOURCES__FASTBOX__STATUSES": '{"gone": "lost"}',
        }
    )


def test_the_sources_of_the_settings_are_listed_with_their_trust(fulfillment: Commands, fastbox: Path):
    own_source(fulfillment, fastbox)
    result = fulfillment("sources", "list")
    assert result.code == 0
    assert "/webhooks/courier" in result.out
    assert SECRET not in result.out
    rows = {row["name"]: row for row in fulfillment("sources", "list", "--json").documents}
    assert " ".join(rows["fastbox"]) == "name profile title account path methods trust orders"
    assert rows["fastbox"]["path"] == "/shop/webhooks/fastbox"
    assert rows["courier"]["trust"] == rows["fastbox"]["trust"] == "signed"


def test_the_orders_that_a_source_may_report_are_shown_whoever_says_so(fulfillment: Commands, fastbox: Path):
    own_source(fulfillment, fastbox)
    fulfillment.set({"FULFILLMENT_SOURCES__COURIER__ALLOW": "shipment"})
    rows = {row["name"]: row for row in fulfillment("sources", "list", "--json").documents}
    assert (rows["fastbox"]["orders"], rows["courier"]["orders"]) == ("own", "own")
    assert "own (by default)" in fulfillment("sources", "show", "fastbox").out
    fulfillment.set({"FULFILLMENT_SOURCES__FASTBOX__ORDERS": "any"})
    assert "ORDERS" in fulfillment("sources", "list").out
    assert fulfillment("sources", "show", "fastbox", "--json").document["orders"] == "any"
    assert "by default" not in fulfillment("sources", "show", "fastbox").out


def test_no_word_of_a_trust_is_broken_in_80_columns(fulfillment: Commands, fastbox: Path):
    own_source(fulfillment, fastbox)
    long_name = "A" * 20
    fulfillment.set({f"FULFILLMENT_SOURCES__{long_name}__{key}": text for key, text in LONG.items()})
    lines = fulfillment("sources", "list").out.splitlines()
    assert max(map(len, lines)) <= 80
    words = {word for line in lines for word in line.split()}
    assert words > {"signed", "token", "in", "the", "URL"}
    assert long_name.lower() in words


def test_without_sources_a_sentence_names_the_list_of_profiles(fulfillment: Commands):
    fulfillment.set({"FULFILLMENT_SOURCES__COURIER__SECRETS": None})
    assert "sources list --profiles" in fulfillment("sources", "list").out


def test_the_built_in_profiles_are_listed_without_settings(fulfillment: Commands):
    fulfillment.set(NO_SETTINGS)
    result = fulfillment("sources", "list", "--profiles")
    assert (result.code, result.err) == (0, "")
    assert max(map(len, result.out.splitlines())) <= 80
    names = [row["name"] for row in fulfillment("sources", "list", "--profiles", "--json").documents]
    assert names[:2] == ["awalchat", "courier"]
    assert "capture" in names


def test_a_source_says_what_the_courier_has_to_be_told(fulfillment: Commands, fastbox: Path):
    own_source(fulfillment, fastbox)
    out = fulfillment("sources", "show", "fastbox").out
    for text in (
        "https://YOUR-HOST/shop/webhooks/fastbox",
        "header X-Mine",
        "HMAC-SHA256 in hex of {body}",
        "1 secret set",
        "(now X-Mine)",
        "It never reports: created",
    ):
        assert text in out.replace("\n", " ")
    assert SECRET not in out
    document = fulfillment("sources", "show", "fastbox", "--json").document
    assert " ".join(document) == (
        "name profile title facts account path orders methods probes auth options answer reads time_of events limits"
    )
    assert document["auth"][0]["secrets"] == 1
    assert document["options"][0]["value"] == "X-Mine"


def test_a_profile_is_shown_with_the_settings_that_it_needs(fulfillment: Commands, fastbox: Path):
    fulfillment.set(NO_SETTINGS)
    fastbox.write_text(PROFILE.replace('default = "X-Sig"', ""))
    result = fulfillment("sources", "show", "fastbox.toml")
    assert (result.code, result.err) == (0, "")
    assert '[sources.NAME]\nprofile = "fastbox.toml"\nheader = "…"\nsecrets = { signature = "…" }\n' in result.out
    _, found, why = result.out.partition("No settings can be used, so this is the profile alone.\n")
    assert found
    assert "FULFILLMENT_" in why or "settings" in why
    assert fulfillment("sources", "show", "fastbox.toml", "--json").document["auth"][0]["secrets"] is None


def test_a_built_in_profile_is_shown_when_no_source_has_its_name(fulfillment: Commands):
    result = fulfillment("sources", "show", "capture")
    assert result.code == 0
    assert "[sources.capture]" in result.out
    assert "No settings" not in result.out
    assert fulfillment("sources", "show", "awalchat").code == 0


def test_a_source_is_shown_rather_than_the_profile_of_the_same_name(fulfillment: Commands):
    fulfillment.set({"FULFILLMENT_SOURCES__CAPTURE__SECRETS": "a-token-of-the-captures"})
    assert "1 secret set" in fulfillment("sources", "show", "capture").out


def test_a_name_of_nothing_ends_with_2(fulfillment: Commands):
    result = fulfillment("sources", "show", "nothing")
    assert (result.code, result.out) == (2, "")
    assert "nothing is neither a source of the settings (courier) nor a built-in profile" in result.err
    fulfillment.set(NO_SETTINGS)
    result = fulfillment("sources", "show", "nothing")
    assert result.code == 2
    assert result.err.startswith("fulfillment: nothing is no built-in profile; ")
    assert "FULFILLMENT_" in result.err


@pytest.mark.parametrize("name", ["capture", "courier", *builtin_names()])
def test_every_kind_is_shown_in_80_columns_and_no_status_word_is_broken(fulfillment: Commands, name: str):
    out = fulfillment("sources", "show", name).out
    assert max(map(len, out.splitlines())) <= 80
    for words in fulfillment("sources", "show", name, "--json").document["events"].values():
        assert len(words) > 40 or all(word in out for word in words)


@pytest.mark.parametrize("name", builtin_names())
def test_the_settings_for_a_profile_can_be_copied_into_a_settings_file(fulfillment: Commands, name: str):
    _, found, rest = fulfillment("sources", "show", name).out.partition("\nThe settings of a source\n")
    assert found
    secrets = tomllib.loads(rest.partition("\n\n")[0])["sources"][name]["secrets"]
    auth = fulfillment("sources", "show", name, "--json").document["auth"]
    assert secrets == {auth[0]["name"]: "…"}


def test_words_with_commas_have_a_line_for_each(fulfillment: Commands):
    lines = [line.strip() for line in fulfillment("sources", "show", "ninjavan").out.splitlines()]
    assert "Delivered, Left at Doorstep | *" in lines


def test_a_comma_behind_the_last_word_of_a_line_has_its_place(fulfillment: Commands, fastbox: Path):
    words = ["a" * 34, "b" * 33, "c"]  # the first two fill 69 columns, and the event's name takes the other 11
    fastbox.write_text(PROFILE.replace('["D",', f"[{json.dumps(words)},"))
    lines = [line.strip() for line in fulfillment("sources", "show", "fastbox.toml").out.splitlines()]
    assert f"delivered  {words[0]}," in lines
    assert f"{words[1]}, c" in lines


def test_advice_that_every_element_needs_is_printed_once(fulfillment: Commands, fastbox: Path):
    batch = PROFILE.replace('"ref"', '"i[0].ref"').replace('"awb"', '"i[].awb"').replace('"state"', '"i[].state"')
    fastbox.write_text(batch.replace("[read]", '[document]\neach = "i[]"\n[read]'))
    body = json.dumps({"i": [{"ref": str(n), "awb": f"T{n}", "state": "D"} for n in range(3)]})
    out = " ".join(try_profile(fulfillment, body).out.split())
    assert out.count("write i[].ref") == 1
    advice = [
        step["advice"] for step in try_profile(fulfillment, body, "--json").document["steps"] if step["step"] == "order"
    ]
    assert [len(lines) for lines in advice] == [1, 1, 1]


def test_many_words_are_counted_and_json_has_them(fulfillment: Commands):
    out = fulfillment("sources", "show", "oto").out
    number = len(fulfillment("sources", "show", "oto", "--json").document["events"]["info"])
    assert f"{number} words: `fulfillment sources show oto --json` has all" in " ".join(out.split())


def test_the_time_of_each_word_is_shown(fulfillment: Commands, fastbox: Path):
    fastbox.write_text(
        PROFILE.replace('time = "at"', "").replace("[status]", '[read.time_of]\nD = ["at", "on"]\n[status]')
    )
    assert "time_of   D: at, on" in fulfillment("sources", "show", "fastbox.toml").out
    document = fulfillment("sources", "show", "fastbox.toml", "--json").document
    assert document["time_of"] == {"D": "at, on"}
