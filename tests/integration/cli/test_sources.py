"""`fulfillment sources …` and `fulfillment deliveries try`: what a merchant sees who adds a courier."""

import hashlib
import hmac
import io
import json
from pathlib import Path

import pytest

from tests.support.commands import CommandResult, Commands
from tests.support.events import a_delivery
from tests.support.harness import Harness
from webhook_receiver.profiles.schema.files import builtin_names
from worker.domain.reasons import QuarantineReason

SECRET = "the-secret-of-fastbox"
PROFILE = """
title = "Fastbox"
[options.header]
help = "the name of the header that you chose at Fastbox."
default = "X-Sig"
[auth.signature]
kind = "hmac"
from = "header:{option:header}"
[read]
number = "ref"
tracking = "awb"
time = "at"
times = ["%d/%m/%Y %H:%M"]
[status]
from = "state"
rows = [["D", "delivered"], ["I", "info"]]
"""
BODY = '{"ref": "TK-7", "awb": "T1", "at": "27/11/2026 12:00", "state": "D"}'
NO_SETTINGS = {"FULFILLMENT_ACCOUNTS__MAIN__PLATFORM": None, "FULFILLMENT_SOURCES__COURIER__SECRETS": None}


@pytest.fixture
def fastbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of an own profile, in the working directory."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "fastbox.toml"
    path.write_text(PROFILE)
    return path


def raw(body: str = BODY, **headers: str) -> str:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"POST /webhooks/fastbox HTTP/1.1\r\n{lines}\r\n{body}"


def signature(body: str = BODY, key: str = SECRET) -> str:
    return hmac.new(key.encode(), body.encode(), hashlib.sha256).hexdigest()


def try_(fulfillment: Commands, content: str, *arguments: str) -> CommandResult:
    Path("sample").write_bytes(content.encode())
    result = fulfillment("sources", "try", "fastbox.toml", "sample", *arguments)
    assert SECRET not in result.out + result.err
    return result


# ----------------------------------------------------------------------------------------------------------------- try


@pytest.mark.usefixtures("fastbox")
def test_a_profile_is_tried_without_settings_and_without_a_database(fulfillment: Commands):
    fulfillment.set(NO_SETTINGS)
    result = try_(
        fulfillment, raw(X_Sig=signature()), "--secret", SECRET, "--prefix", "TK-", "--timezone", "Asia/Riyadh"
    )
    assert (result.code, result.err) == (0, "")
    assert "fits: HMAC-SHA256 in hex of {body}, in header X-Sig" in result.out
    assert 'ref "TK-7", prefix TK- cut off → number:7' in result.out
    assert "2026-11-27T09:00:00Z" in result.out
    assert result.out.splitlines()[-1].strip() == "Accepted: 1 event."
    assert max(map(len, result.out.splitlines())) <= 80


@pytest.mark.usefixtures("fastbox")
def test_what_does_not_fit_ends_with_1_and_says_what_to_change(fulfillment: Commands):
    result = try_(fulfillment, raw(X_Other=signature()), "--secret", f"signature={SECRET}")
    assert result.code == 1
    assert 'it fits with: header = "x-other" in the source' in result.out
    assert "Refused with 401." in result.out


@pytest.mark.usefixtures("fastbox")
@pytest.mark.parametrize(
    ("arguments", "content", "code", "last"),
    [
        ((), BODY, 0, "Accepted: 1 event. Authentication was left out."),
        ((), BODY.replace('"D"', '"I"'), 0, "Ignored: nothing in it is of interest. Authentication was left out."),
        ((), BODY.replace('"D"', '"X=Y"'), 1, "Quarantined: unknown_event. Authentication was left out."),
        (("--status", "X=Y=in_transit"), BODY.replace('"D"', '"X=Y"'), 0,
         "Accepted: 1 event. Authentication was left out."),
        (("--reference", "id"), BODY.replace("TK-", ""), 0, "Accepted: 1 event. Authentication was left out."),
        (("--reference", "id"), BODY.replace("TK-7", "a:b"), 1,
         "Quarantined: bad_order_id. Authentication was left out."),
    ],
)  # fmt: skip
def test_the_exit_code_says_what_would_become_of_it(
    fulfillment: Commands, arguments: tuple[str, ...], content: str, code: int, last: str
):
    result = try_(fulfillment, content, *arguments)
    assert (result.code, result.out.splitlines()[-1].strip()) == (code, last)


@pytest.mark.usefixtures("fastbox")
def test_a_json_sample_brings_its_secrets_and_options(fulfillment: Commands):
    sample = {
        "method": "POST",
        "headers": {"X-Mine": signature()},
        "body": BODY,
        "secrets": {"signature": [SECRET]},
        "options": {"header": "X-Mine", "timezone": "Asia/Jakarta", "number_prefix": "TK-"},
    }
    result = try_(fulfillment, json.dumps(sample))
    assert result.code == 0
    assert "number:7" in result.out
    assert "2026-11-27T05:00:00Z" in result.out
    assert try_(fulfillment, json.dumps(sample), "--option", "header=X-Other").code == 1
    assert try_(fulfillment, json.dumps(sample), "--secret", "another-secret").code == 1


@pytest.mark.usefixtures("fastbox")
def test_a_sample_comes_from_stdin_too(fulfillment: Commands, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BODY.encode())))
    assert fulfillment("sources", "try", "fastbox.toml", "-").code == 0


def test_a_probe_ends_with_0(fulfillment: Commands, fastbox: Path):
    fastbox.write_text(f'probes = ["empty"]\n{PROFILE}')
    result = try_(fulfillment, raw(""))
    assert (result.code, result.out.splitlines()[-1].strip()) == (0, "A probe: answered, and nothing is kept.")


@pytest.mark.usefixtures("fastbox")
def test_a_trial_as_json_has_its_steps_and_events(fulfillment: Commands):
    document = try_(fulfillment, raw(X_Sig=signature()), "--secret", SECRET, "--json").document
    assert " ".join(document) == "outcome status reason authenticated steps events"
    assert (document["outcome"], document["status"], document["reason"]) == ("accepted", 200, None)
    assert " ".join(document["steps"][0]) == "element step text well advice"
    assert [step["step"] for step in document["steps"]][:3] == ["probe", "method", "auth signature"]
    (event,) = document["events"]
    assert " ".join(event) == "order key event occurred_at tracking tracking_url parcels note shipment"
    assert (event["order"], event["event"]) == ("number:TK-7", "shipment.delivered")


@pytest.mark.usefixtures("fastbox")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--secret", "token=abcdefgh"), "--secret must be NAME=SECRET, and NAME one of: signature"),
        (("--secret", ""), "--secret must be NAME=SECRET"),
        (("--option", "header"), "--option must be NAME=VALUE"),
        (("--option", "x=1"), "the profile has no option x; its options: header"),
        (("--timezone", "Mars"), "--timezone must be a time zone"),
        (("--status", "D"), "--status must be WORD=EVENT"),
        (("--status", "D=gone"), "--status names no event"),
    ],
)
def test_a_wrong_option_ends_with_2(fulfillment: Commands, arguments: tuple[str, ...], sentence: str):
    result = try_(fulfillment, BODY, *arguments)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err


def test_a_missing_option_of_the_profile_is_asked_for_with_its_help(fulfillment: Commands, fastbox: Path):
    fastbox.write_text(PROFILE.replace('default = "X-Sig"', ""))
    assert try_(fulfillment, BODY).code == 0, "without secrets it is not needed"
    result = try_(fulfillment, raw(), "--secret", SECRET)
    assert result.code == 2
    assert "--option header=… is missing: the name of the header that you chose at Fastbox\n" in result.err


@pytest.mark.usefixtures("fastbox")
@pytest.mark.parametrize(
    ("profile", "sample", "sentence"),
    [
        ("fastbox.toml", "nothing.txt", "there is no file nothing.txt"),
        ("a/nothing.toml", "fastbox.toml", "a/nothing.toml does not exist; the path begins at the working directory."),
        ("nothing", "fastbox.toml", "nothing is neither a source of the settings (courier) nor a built-in profile"),
        ("awalchat", "fastbox.toml", "the profile awalchat is part of the program"),
    ],
)
def test_what_is_not_there_ends_with_2(fulfillment: Commands, profile: str, sample: str, sentence: str):
    result = fulfillment("sources", "try", profile, sample)
    assert (result.code, sentence in result.err) == (2, True)


def test_a_wrong_profile_ends_with_2_and_all_its_flaws(fulfillment: Commands, fastbox: Path):
    fastbox.write_text(PROFILE.replace("number =", "numbers =").replace('kind = "hmac"', 'kind = "magic"'))
    result = try_(fulfillment, BODY)
    assert result.code == 2
    assert len(result.err.splitlines()) == 2


@pytest.mark.usefixtures("fastbox")
def test_a_sample_that_is_too_large_is_refused(fulfillment: Commands, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("worker.cli.sources.samples.MAX_BYTES", 10)
    result = try_(fulfillment, BODY)
    assert (result.code, "larger than 10 bytes" in result.err) == (2, True)


def test_many_elements_are_cut_for_people_and_whole_in_json(fulfillment: Commands, fastbox: Path):
    batch = PROFILE.replace('"ref"', '"i[].ref"').replace('"awb"', '"i[].awb"').replace('"state"', '"i[].state"')
    fastbox.write_text(batch.replace("[read]", '[document]\neach = "i[]"\n[read]'))
    body = json.dumps({"i": [{"ref": str(n), "awb": "T", "state": "D"} for n in range(30)]})
    result = try_(fulfillment, body)
    assert "[19] event" in result.out
    assert "[20]" not in result.out
    assert "… and 10 elements more: --json shows all" in result.out
    elements = {step["element"] for step in try_(fulfillment, body, "--json").document["steps"]}
    assert "[29]" in elements


@pytest.mark.usefixtures("fastbox")
def test_text_from_outside_reaches_no_terminal(fulfillment: Commands):
    nasty = "\x1b]0;pwned\x07[bold]\u202e"
    body = json.dumps({"ref": nasty, "awb": "T1", "at": nasty, "state": nasty, nasty: nasty})
    for content in (body, raw(body, X_Sig=signature(body))):
        out = try_(fulfillment, content, "--secret", SECRET).out
        assert not {c for c in out if not c.isprintable() and c != "\n"}
        assert max(map(len, out.splitlines())) <= 80


# --------------------------------------------------------------------------------------------------------------- check


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
    assert lines[0] == "fastbox.toml: status.key0 is not a known key"
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
    assert fulfillment("sources", "check", str(fastbox)).out.startswith(f"{fastbox}: title must be a text\n")


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


# ------------------------------------------------------------------------------------------------------- list and show


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
    assert " ".join(rows["fastbox"]) == "name profile title account path methods trust"
    assert rows["fastbox"]["path"] == "/shop/webhooks/fastbox"
    assert rows["courier"]["trust"] == rows["fastbox"]["trust"] == "signed"


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
        "name profile title facts account path methods probes auth options answer reads time_of events limits"
    )
    assert document["auth"][0]["secrets"] == 1
    assert document["options"][0]["value"] == "X-Mine"


def test_a_profile_is_shown_with_the_settings_that_it_needs(fulfillment: Commands, fastbox: Path):
    fulfillment.set(NO_SETTINGS)
    fastbox.write_text(PROFILE.replace('default = "X-Sig"', ""))
    result = fulfillment("sources", "show", "fastbox.toml")
    assert (result.code, result.err) == (0, "")
    assert '[sources.NAME]\nprofile = "fastbox.toml"\nheader = "…"\nsecrets = { signature = "…" }\n' in result.out
    assert "No settings can be used, so this is the profile alone." in result.out
    assert fulfillment("sources", "show", "fastbox.toml", "--json").document["auth"][0]["secrets"] is None


def test_a_built_in_profile_is_shown_when_no_source_has_its_name(fulfillment: Commands):
    result = fulfillment("sources", "show", "capture")
    assert result.code == 0
    assert "[sources.capture]" in result.out
    assert "No settings" not in result.out
    assert fulfillment("sources", "show", "awalchat").code == 0


def test_a_source_is_shown_rather_than_the_profile_of_the_same_name(fulfillment: Commands):
    fulfillment.set({"FULFILLMENT_SOURCES__CAPTURE__SECRETS": SECRET})
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
    out = " ".join(try_(fulfillment, body).out.split())
    assert out.count("write i[].ref") == 1
    advice = [step["advice"] for step in try_(fulfillment, body, "--json").document["steps"] if step["step"] == "order"]
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


# ---------------------------------------------------------------------------------------------------------- deliveries


def captured(harness: Harness, body: bytes | None) -> int | None:
    """Write a delivery that the profile `capture` has kept, and return its id."""
    delivery = a_delivery(unusable=QuarantineReason.CAPTURED, source="courier", received_at=harness.clock(), body=body)
    return harness.intake.write(delivery).delivery_id


@pytest.mark.usefixtures("fastbox")
def test_a_captured_body_is_tried_with_a_profile_and_nothing_is_changed(fulfillment: Commands, harness: Harness):
    number = captured(harness, BODY.encode())
    before = fulfillment("deliveries", "show", str(number), "--json").out
    result = fulfillment("deliveries", "try", str(number), "--profile", "fastbox.toml")
    assert result.code == 0
    assert "left out: there is only a body" in result.out
    assert 'ref "TK-7" → number:TK-7' in result.out
    assert fulfillment("deliveries", "show", str(number), "--json").out == before


@pytest.mark.usefixtures("fastbox")
def test_a_captured_body_that_cannot_be_read_ends_with_1(fulfillment: Commands, harness: Harness):
    number = captured(harness, b"no json")
    result = fulfillment("deliveries", "try", str(number), "--profile", "fastbox.toml", "--json")
    assert (result.code, result.document["reason"]) == (1, "not_json")


@pytest.mark.usefixtures("fastbox")
def test_the_rules_of_the_deliverys_source_count_if_the_settings_still_have_it(fulfillment: Commands, harness: Harness):
    number = captured(harness, BODY.encode())
    fulfillment.set({"FULFILLMENT_SOURCES__COURIER__TIMEZONE": "Asia/Jakarta"})
    arguments = ("deliveries", "try", str(number), "--profile", "fastbox.toml", "--json")
    assert fulfillment(*arguments).document["events"][0]["occurred_at"] == "2026-11-27T05:00:00.000000Z"
    fulfillment.set(
        {
            "FULFILLMENT_SOURCES__COURIER__SECRETS": None,
            "FULFILLMENT_SOURCES__COURIER__TIMEZONE": None,
            "FULFILLMENT_SOURCES__OTHER__SECRETS": "whsec_test",
            "FULFILLMENT_SOURCES__OTHER__PROFILE": "courier",
        }
    )
    assert fulfillment(*arguments).document["events"][0]["occurred_at"] == "2026-11-27T12:00:00.000000Z"


@pytest.mark.usefixtures("fastbox")
def test_a_delivery_that_is_not_there_or_has_no_body_ends_with_2(fulfillment: Commands, harness: Harness):
    number = captured(harness, None)
    result = fulfillment("deliveries", "try", str(number), "--profile", "fastbox.toml")
    assert (result.code, "was not kept: its outcome is quarantined" in result.err) == (2, True)
    assert "there is no delivery 99" in fulfillment("deliveries", "try", "99", "--profile", "fastbox.toml").err
