"""`sources try NAME` and `deliveries try`: a source of the settings is tried with its own rules and secrets."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from tests.support.commands import CommandResult, Commands
from tests.support.events import a_delivery
from tests.support.fastbox import BODY, NO_SETTINGS, SECRET
from tests.support.harness import Harness
from tests.support.invented import delivery, profile
from tests.support.trials import reading_of
from worker.domain.reasons import QuarantineReason

PROFILE = """
title = "Fastbox"
[options.header]
help = "the name of the header that you chose at Fastbox."
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
rows = [["D", "delivered"]]
"""
SOURCE = "FULFILLMENT_SOURCES__FASTBOX__"


@pytest.fixture
def fulfillment(fulfillment: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The commands, with a source that has an own profile, in the working directory."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "fast.toml"
    path.write_text(PROFILE)
    Path("sample").write_text(request())
    fulfillment.set(
        {
            f"{SOURCE}PROFILE": str(path),
            f"{SOURCE}SECRETS": SECRET,
            f"{SOURCE}HEADER": "X-Mine",
            f"{SOURCE}NUMBER_PREFIX": "TK-",
            f"{SOURCE}TIMEZONE": "Asia/Jakarta",
            f"{SOURCE}STATUSES": '{"gone": "lost"}',
        }
    )
    return fulfillment


def request(body: str = BODY, secret: str = SECRET) -> str:
    signature = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    return f"POST /webhooks/fastbox HTTP/1.1\r\nX-Mine: {signature}\r\n\r\n{body}"


def try_(fulfillment: Commands, *arguments: str, name: str = "fastbox") -> CommandResult:
    result = fulfillment("sources", "try", name, "sample", *arguments)
    assert SECRET not in result.out + result.err
    return result


def test_a_source_is_tried_with_its_secrets_and_its_rules(fulfillment: Commands):
    result = try_(fulfillment)
    assert (result.code, result.err) == (0, "")
    out = " ".join(result.out.split())
    assert out.startswith("tried the source fastbox of the settings, with the profile /")
    assert "fits: HMAC-SHA256 in hex of {body}, in header X-Mine" in out
    assert 'ref "TK-7", prefix TK- cut off → number:7' in out
    assert "2026-11-27T05:00:00Z" in out
    Path("sample").write_text(request(secret="another"))
    assert try_(fulfillment).code == 1


def test_the_own_statuses_of_a_source_count(fulfillment: Commands):
    Path("sample").write_text(request(BODY.replace('"D"', '"gone"')))
    assert "the source's own statuses → shipment.lost" in try_(fulfillment).out
    assert "in_transit" in try_(fulfillment, "--status", "gone=in_transit").out


def test_options_replace_the_rules_of_a_source(fulfillment: Commands):
    arguments = ("--timezone", "Asia/Riyadh", "--prefix", "T", "--reference", "number", "--json")
    (event,) = try_(fulfillment, *arguments).document["events"]
    assert (event["order"], event["occurred_at"]) == ("number:K-7", "2026-11-27T09:00:00.000000Z")
    assert try_(fulfillment, "--option", "header=X-Other").code == 1
    assert try_(fulfillment, "--secret", "another-secret").code == 1


def test_the_secrets_and_options_of_a_sample_are_not_those_of_the_source(fulfillment: Commands):
    sample = {"headers": {}, "body": BODY, "secrets": {"signature": "x"}, "options": {"timezone": "UTC"}}
    Path("sample").write_text(json.dumps(sample))
    result = try_(fulfillment)
    assert "header X-Mine is missing" in result.out
    assert "2026-11-27T05:00:00Z" in result.out


def test_a_source_wins_over_the_profile_of_the_same_name(fulfillment: Commands):
    fulfillment.set({"FULFILLMENT_SOURCES__CAPTURE__SECRETS": "a-token-of-the-captures"})
    first = try_(fulfillment, "--json", name="capture").document["steps"][0]
    assert (first["step"], first["text"]) == ("tried", "the source capture of the settings, with the profile capture")


@pytest.mark.parametrize(
    ("changes", "why"), [({}, "no source has this name"), (NO_SETTINGS, "no settings can be used")]
)
def test_a_built_in_profile_is_said_to_be_no_source(fulfillment: Commands, changes: dict[str, str | None], why: str):
    fulfillment.set(changes)
    first = try_(fulfillment, "--json", name="capture").document["steps"][0]
    assert first["text"] == f"the built-in profile capture; {why}"


def test_the_path_of_a_file_is_no_source_and_needs_no_settings(fulfillment: Commands):
    fulfillment.set(NO_SETTINGS)
    result = try_(fulfillment, "--option", "header=X-Mine", "--secret", SECRET, name="fast.toml")
    assert (result.code, "tried" in result.out) == (0, False)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("courier", "the source courier has the profile courier, which is part of the program"),
        ("awalchat", "the profile awalchat is part of the program"),
        ("fast", "fast is neither a source of the settings (courier, fastbox) nor a built-in profile"),
    ],
)
def test_a_name_that_cannot_be_tried_ends_with_2(fulfillment: Commands, name: str, sentence: str):
    result = try_(fulfillment, name=name)
    assert (result.code, sentence in result.err) == (2, True)


def test_a_source_cannot_be_tried_without_usable_settings(fulfillment: Commands):
    fulfillment.set(NO_SETTINGS)
    result = try_(fulfillment)
    assert result.code == 2
    assert result.err.startswith("fulfillment: fastbox is no built-in profile")


# ---------------------------------------------------------------------------------------------------------- deliveries


def stored(harness: Harness, source: str = "fastbox") -> str:
    kept = a_delivery(
        unusable=QuarantineReason.CAPTURED, source=source, received_at=harness.clock(), body=BODY.encode()
    )
    return str(harness.intake.write(kept).delivery_id)


def test_a_delivery_is_tried_with_its_own_source_by_default(fulfillment: Commands, harness: Harness):
    result = fulfillment("deliveries", "try", stored(harness), "--json")
    assert result.code == 0
    first, *_ = result.document["steps"]
    assert first["text"].startswith("the source fastbox of the settings, with the profile /")
    (event,) = result.document["events"]
    assert (event["order"], event["occurred_at"]) == ("number:7", "2026-11-27T05:00:00.000000Z")


def test_a_delivery_is_tried_with_the_rules_of_another_source(fulfillment: Commands, harness: Harness):
    arguments = ("--profile", "fastbox", "--json")
    (event,) = fulfillment("deliveries", "try", stored(harness, "courier"), *arguments).document["events"]
    assert (event["order"], event["occurred_at"]) == ("number:7", "2026-11-27T05:00:00.000000Z")


def test_a_delivery_of_a_source_that_has_gone_needs_a_profile(fulfillment: Commands, harness: Harness):
    number = stored(harness, "gone")
    result = fulfillment("deliveries", "try", number)
    assert result.code == 2
    assert "the settings have no source gone any more: name a profile with --profile" in result.err
    assert fulfillment("deliveries", "try", number, "--profile", "fast.toml").code == 0


def test_two_events_with_one_key_are_quarantined_by_both_commands(fulfillment: Commands, harness: Harness):
    batch = PROFILE.replace('"ref"', '"[].ref"').replace('"state"', '"[].state"').replace('"awb"', '"[].awb"')
    batch = batch.replace('"at"', '"[].at"')
    Path("fast.toml").write_text(batch.replace("[read]", '[document]\neach = "[]"\n[read]\nid = "[].awb"'))
    body = json.dumps([{"ref": "TK-7", "awb": "T1", "state": "D"}, {"ref": "TK-8", "awb": "T1", "state": "D"}])
    Path("sample").write_text(request(body))
    kept = a_delivery(
        unusable=QuarantineReason.CAPTURED, source="fastbox", received_at=harness.clock(), body=body.encode()
    )
    number = harness.intake.write(kept).delivery_id
    for result in (try_(fulfillment), fulfillment("deliveries", "try", str(number))):
        assert result.code == 1
        assert "[1] has the same key as [0] and says something else" in " ".join(result.out.split())
        assert "Quarantined: key_reused. 1 event of it can be used." in result.out


def test_advice_on_a_built_in_profile_is_on_the_settings(fulfillment: Commands, harness: Harness):
    body = json.dumps({"orderId": "7", "status": "teleported"})
    Path("sample").write_text(body)
    kept = a_delivery(
        unusable=QuarantineReason.CAPTURED, source="courier", received_at=harness.clock(), body=body.encode()
    )
    number = str(harness.intake.write(kept).delivery_id)
    mine = {"PROFILE": "oto", "SECRETS__TOKEN": "a-token-of-mine-alone"}
    fulfillment.set({f"FULFILLMENT_SOURCES__MINE__{key}": value for key, value in mine.items()})
    for result in (
        try_(fulfillment, name="oto"),
        try_(fulfillment, name="mine"),
        fulfillment("deliveries", "try", number, "--profile", "oto"),
    ):
        assert result.code == 1
        assert 'for your source: statuses = { "teleported" = EVENT }' in " ".join(result.out.split())
        assert "add a row" not in result.out


@pytest.mark.parametrize(
    ("second", "outcome"),
    [
        ({"ref": "TK-7", "awb": "T1", "state": "D"}, ("accepted", None)),
        ({"ref": "TK-8", "awb": "T1", "state": "D"}, ("quarantined", "key_reused")),
        ({"ref": "TK-7", "awb": "T1", "state": "P"}, ("quarantined", "key_reused")),
        ({"ref": "TK-7", "awb": "T2", "state": "D"}, ("quarantined", "key_reused")),
    ],
)
def test_a_trial_compares_keys_as_the_database_does(
    harness: Harness, second: dict[str, str], outcome: tuple[str, str | None]
):
    chosen = profile(
        document='each = "[]"',
        read='number = "[].ref"\ntracking = "[].awb"\nkey = "[].kind"',
        status='from = "[].state"\nrows = [["P", "picked_up"], ["D", "delivered"]]',
    )
    document = [{"ref": "TK-7", "awb": "T1", "state": "D", "kind": "x"}, {"kind": "x", **second}]
    trial, written = reading_of(chosen, document), harness.intake.write(delivery(chosen, document))
    assert (str(trial.outcome), trial.reason or None) == outcome
    assert (str(written.outcome), written.reason and str(written.reason)) == outcome
