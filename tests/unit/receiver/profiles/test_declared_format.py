"""What a profile says of a source's requests: methods, probes, answers, and what is only captured."""

from dataclasses import replace

import pytest

from tests.support.invented import RECEIVED_AT, TOKEN, delivery, encoded, opened, profile, request
from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.profiles.native import NativeFormat
from webhook_receiver.profiles.schema.files import load_profile
from webhook_receiver.requests import Request
from worker.domain.errors import SettingsError
from worker.domain.reasons import QuarantineReason
from worker.ports import Delivery


def sent(method: str, body: bytes = b"") -> Request:
    return request(body, method=method)


@pytest.mark.parametrize(
    ("top", "methods"),
    [
        ("", {"POST"}),
        ('methods = ["PUT", "GET"]', {"PUT", "GET"}),
        ('probes = ["HEAD", "GET", "empty"]', {"POST", "HEAD", "GET"}),
        ('methods = ["PUT"]\nprobes = ["empty"]', {"PUT"}),
    ],
)
def test_the_methods_of_deliveries_and_of_probes_are_taken(top: str, methods: set[str]):
    assert opened(profile(top=top)).methods == methods


@pytest.mark.parametrize(
    ("probes", "method", "body", "is_probe"),
    [
        ("[]", "POST", b"", False),
        ("[]", "HEAD", b"", False),
        ('["HEAD"]', "HEAD", b"", True),
        ('["HEAD"]', "GET", b"", False),
        ('["GET"]', "GET", b"body", True),
        ('["GET"]', "POST", b"", False),
        ('["empty"]', "POST", b"", True),
        ('["empty"]', "PUT", b"", True),
        ('["empty"]', "POST", b" ", False),
        ('["empty"]', "GET", b"", False),
        ('["empty"]', "HEAD", b"", False),
    ],
)
def test_a_probe_is_recognised_by_its_method_or_its_missing_body(probes: str, method: str, body: bytes, is_probe: bool):
    assert opened(profile(top=f"probes = {probes}")).is_probe(sent(method, body)) is is_probe


def test_a_profile_verifies_no_url_by_a_challenge():
    assert opened(profile()).challenge(request(b'{"type":"verification","challenge":"x"}')) == ""


def test_the_answer_is_the_profiles():
    its_format = opened(profile(more="[answer]\nstatus = 202\nbody = '{\"ok\": true}'"))
    assert (its_format.answer.status, its_format.answer.body) == (202, '{"ok": true}')
    assert not its_format.captures


def test_a_profile_that_captures_reads_nothing():
    its_format = opened(load_profile("capture"))
    assert its_format.captures
    for body in (b"", b"{}", b"[]"):
        assert not its_format.read(body, RECEIVED_AT).events


def test_a_delivery_has_its_source_its_body_and_its_arrival():
    document = {"state": "D", "ref": "1"}
    result = delivery(profile(), document)
    assert (result.source, result.body, result.received_at) == ("fastbox", encoded(document), RECEIVED_AT)
    (event,) = result.events
    assert (event.source, event.received_at) == ("fastbox", RECEIVED_AT)


def test_what_is_of_no_interest_has_neither_events_nor_a_problem():
    document = {"state": "I", "ref": "1"}
    assert delivery(profile(), document) == Delivery("fastbox", RECEIVED_AT, encoded(document))


def test_the_remarks_of_all_elements_are_said_once():
    chosen = profile(
        document='each = "a[]"',
        read='number = "a[].ref"\ntime = "a[].at"\ntracking_url = "a[].url"',
        status='from = "a[].state"\nrows = [["D", "delivered"]]',
    )
    items = [{"state": "D", "ref": 1, "url": "x"}, {"state": "D", "ref": 2, "at": "soon"}, {"state": "D", "ref": 3}]
    assert delivery(chosen, {"a": items}).detail == (
        "there is no time, so the arrival counts; "
        "the tracking URL is left out: it is no URL of http or https; "
        "the time cannot be read, so the arrival counts"
    )


def test_the_first_problem_of_a_batch_is_said():
    chosen = profile(
        document='each = "a[]"', read='number = "a[].ref"', status='from = "a[].state"\nrows = [["D", "delivered"]]'
    )
    result = delivery(chosen, {"a": [{"state": "D", "ref": 1.5}, {"state": "D"}]})
    assert result.unusable is QuarantineReason.BAD_ORDER_NUMBER


def test_the_newest_element_is_found_even_when_a_status_has_no_text():
    chosen = profile(
        document='each = "a[]"\npick = "latest"',
        read='number = "ref"\ntime = "a[].at"',
        status='from = "a[].state"\nrows = [["D", "delivered"]]',
        more='[read.time_of]\nD = "a[].delivered_at"',
    )
    items = [
        {"state": 1.5, "at": "2026-11-27T12:00:00Z"},
        {"state": "D", "at": "2026-11-27T20:00:00Z", "delivered_at": "2026-11-27T10:00:00Z"},
    ]
    assert delivery(chosen, {"ref": 1, "a": items}).unusable is QuarantineReason.UNKNOWN_EVENT


def test_the_profiles_of_our_own_format_are_code():
    source = replace(opened(profile())._source, profile=NATIVE_PROFILES["courier"])  # noqa: SLF001 - a good source
    assert isinstance(format_of(source), NativeFormat)


def test_a_secret_of_another_form_is_an_error_when_a_source_is_opened():
    auth = TOKEN.replace("static", "hmac") + '\nsecret_form = "base64"'
    with pytest.raises(
        SettingsError, match=r"sources\.fastbox does not fit its profile: it must be the Base64 of a key"
    ):
        opened(profile(auth=auth), secrets={"token": ("no Base64!",)})
