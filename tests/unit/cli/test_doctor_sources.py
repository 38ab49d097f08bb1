"""What the doctor says of the trust in each kind of source."""

from pathlib import Path

import pytest

from tests.support.good_settings import GOOD
from worker.application.doctor.sources import check_source
from worker.operations.doctor.checks import Check, Verdict
from worker.settings import load_settings

PARTLY_SIGNED = """
title = "FastBox"
[auth.hmac]
kind = "hmac"
from = "header:X-Sig"
message = "{field:uid}.{field:state}"
[read]
number = "ref"
id = "uid"
key = "uid"
[status]
from = "state"
rows = [["done", "delivered"]]
"""


def check(tmp_path: Path, name: str, **keys: str) -> Check:
    """Return the check of one source, whose settings are *keys*."""
    (tmp_path / "fastbox.toml").write_text(PARTLY_SIGNED)
    variables = {f"FULFILLMENT_SOURCES__{name.upper()}__{key.upper()}": value for key, value in keys.items()}
    settings = load_settings(GOOD | variables, tmp_path)
    return check_source(name, settings.sources[name])


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("courier", {}),
        ("awalchat", {"secrets": "whsec_of_the_platform"}),
        ("aftership", {"secrets": "a-secret"}),
    ],
)
def test_a_signed_source_is_ok(tmp_path: Path, name: str, keys: dict[str, str]):
    assert check(tmp_path, name, **keys) == Check(f"source {name}", Verdict.OK, "Its deliveries are signed.")


def test_a_source_with_some_signed_fields_is_ok_and_names_them_and_the_key(tmp_path: Path):
    oto = check(tmp_path, "oto", secrets__signature="a-secret", secrets__token="a-token-of-oto")
    assert (oto.verdict, oto.advice) == (Verdict.OK, "")
    assert oto.sentence == (
        "Only orderId, status and timestamp are signed: anybody who sees a delivery can change its other fields. A"
        " changed copy of a recorded event is quarantined, because repeats are recognised by orderId, status and"
        " timestamp."
    )
    own = check(tmp_path, "mine", profile="fastbox.toml", secrets="a-secret")
    assert own.sentence.startswith("Only state and uid are signed")


def test_a_token_is_ok_because_only_the_courier_could_sign_and_says_who_can_report_deliveries(tmp_path: Path):
    bosta = check(tmp_path, "bosta", secrets="a-token-of-bosta")
    assert (bosta.verdict, bosta.advice) == (Verdict.OK, "")
    assert "anybody who has the token can report deliveries" in bosta.sentence
    assert "HTTPS only" in bosta.sentence


def test_a_source_that_leaves_out_a_signature_of_its_profile_is_a_warning_that_names_the_key(tmp_path: Path):
    oto = check(tmp_path, "oto", secrets__token="a-token-of-oto")
    assert (oto.verdict, oto.sentence.partition(":")[0]) == (Verdict.WARN, "Its deliveries are not signed")
    assert oto.advice == "Set secrets.signature, so that the signature is checked as well."


def test_a_token_in_the_url_says_that_proxies_log_it_and_is_a_warning_if_a_header_is_possible(tmp_path: Path):
    biteship = check(tmp_path, "biteship", header="X-Key", secrets__url="a-token-of-sixteen-bytes")
    assert (biteship.verdict, "proxies write to their logs" in biteship.sentence) == (Verdict.WARN, True)
    assert "set secrets.token, and remove the secrets of the URL" in biteship.advice
    (tmp_path / "urlbox.toml").write_text(
        PARTLY_SIGNED.replace(
            '"hmac"\nfrom = "header:X-Sig"\nmessage = "{field:uid}.{field:state}"', '"static"\nfrom = "query:t"'
        )
    )
    only_url = check(tmp_path, "urlbox", profile="urlbox.toml", secrets="a-token-of-sixteen-bytes")
    assert (only_url.verdict, "proxies write to their logs" in only_url.sentence) == (Verdict.OK, True)


def test_a_source_that_captures_is_ok_and_says_that_it_reads_nothing(tmp_path: Path):
    capture = check(tmp_path, "newbox", profile="capture", secrets="a-token-of-sixteen-bytes")
    assert (capture.verdict, capture.sentence.partition(",")[0]) == (Verdict.OK, "It reads nothing")
