"""`fulfillment sources try`: what would become of a request, and what to change."""

import io
import json
from pathlib import Path

import pytest

from tests.support.commands import Commands
from tests.support.fastbox import BODY, NO_SETTINGS, PROFILE, SECRET, raw, signature, try_profile


@pytest.mark.usefixtures("fastbox")
def test_a_profile_is_tried_without_settings_and_without_a_database(fulfillment: Commands):
    fulfillment.set(NO_SETTINGS)
    result = try_profile(
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
    result = try_profile(fulfillment, raw(X_Other=signature()), "--secret", f"signature={SECRET}")
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
    result = try_profile(fulfillment, content, *arguments)
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
    result = try_profile(fulfillment, json.dumps(sample))
    assert result.code == 0
    assert "number:7" in result.out
    assert "2026-11-27T05:00:00Z" in result.out
    assert try_profile(fulfillment, json.dumps(sample), "--option", "header=X-Other").code == 1
    assert try_profile(fulfillment, json.dumps(sample), "--secret", "another-secret").code == 1


@pytest.mark.usefixtures("fastbox")
def test_a_sample_comes_from_stdin_too(fulfillment: Commands, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BODY.encode())))
    assert fulfillment("sources", "try", "fastbox.toml", "-").code == 0


def test_a_probe_ends_with_0(fulfillment: Commands, fastbox: Path):
    fastbox.write_text(f'probes = ["empty"]\n{PROFILE}')
    result = try_profile(fulfillment, raw(""))
    assert (result.code, result.out.splitlines()[-1].strip()) == (0, "A probe: answered, and nothing is kept.")


@pytest.mark.usefixtures("fastbox")
def test_a_trial_as_json_has_its_steps_and_events(fulfillment: Commands):
    document = try_profile(fulfillment, raw(X_Sig=signature()), "--secret", SECRET, "--json").document
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
    result = try_profile(fulfillment, BODY, *arguments)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err


def test_a_missing_option_of_the_profile_is_asked_for_with_its_help(fulfillment: Commands, fastbox: Path):
    fastbox.write_text(PROFILE.replace('default = "X-Sig"', ""))
    assert try_profile(fulfillment, BODY).code == 0, "without secrets it is not needed"
    result = try_profile(fulfillment, raw(), "--secret", SECRET)
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
    result = try_profile(fulfillment, BODY)
    assert result.code == 2
    assert len(result.err.splitlines()) == 2


@pytest.mark.usefixtures("fastbox")
def test_a_sample_that_is_too_large_is_refused(fulfillment: Commands, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("worker.cli.sources.samples.MAX_BYTES", 10)
    result = try_profile(fulfillment, BODY)
    assert (result.code, "larger than 10 bytes" in result.err) == (2, True)


def test_many_elements_are_cut_for_people_and_whole_in_json(fulfillment: Commands, fastbox: Path):
    batch = PROFILE.replace('"ref"', '"i[].ref"').replace('"awb"', '"i[].awb"').replace('"state"', '"i[].state"')
    fastbox.write_text(batch.replace("[read]", '[document]\neach = "i[]"\n[read]'))
    body = json.dumps({"i": [{"ref": str(n), "awb": "T", "state": "D"} for n in range(30)]})
    result = try_profile(fulfillment, body)
    assert "[19] event" in result.out
    assert "[20]" not in result.out
    assert "… and 10 elements more: --json shows all" in result.out
    elements = {step["element"] for step in try_profile(fulfillment, body, "--json").document["steps"]}
    assert "[29]" in elements


@pytest.mark.usefixtures("fastbox")
def test_text_from_outside_reaches_no_terminal(fulfillment: Commands):
    nasty = "\x1b]0;pwned\x07[bold]\u202e"
    body = json.dumps({"ref": nasty, "awb": "T1", "at": nasty, "state": nasty, nasty: nasty})
    for content in (body, raw(body, X_Sig=signature(body))):
        out = try_profile(fulfillment, content, "--secret", SECRET).out
        assert not {c for c in out if not c.isprintable() and c != "\n"}
        assert max(map(len, out.splitlines())) <= 80
