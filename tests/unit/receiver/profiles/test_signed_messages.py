"""The template of a signed message: every place that it can have, and every value that can stand there."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.support.invented import SECRET, authentic, profile, request
from webhook_receiver.profiles.schema.files import ProfileError
from webhook_receiver.requests import Request

TARGET = "/webhooks/fastbox%2F?b=2&a=%20"


def signed(message: str, text: str | bytes, sent: Request, **changes: Any) -> bool:
    """Tell whether a request is authentic with a signature over *text*, when the profile signs *message*."""
    raw = text.encode() if isinstance(text, str) else text
    signature = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    auth = f"[auth.signature]\nkind = 'hmac'\nfrom = 'header:X-Signature'\nmessage = '{message}'\n"
    top, more = changes.pop("top", ""), changes.pop("more", "")
    with_signature = sent._replace(headers={**sent.headers, "x-signature": signature})
    return authentic(auth + more, with_signature, top=top, **changes)


def body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("{body}", '{"ref": "é"}'),
        ("{method}{body}", 'PUT{"ref": "é"}'),
        ("{path}{body}", '/webhooks/fastbox%2F{"ref": "é"}'),
        ("{query}{body}", 'b=2&a=%20{"ref": "é"}'),
        ("{path}?{query}.{body}", '/webhooks/fastbox%2F?b=2&a=%20.{"ref": "é"}'),
        ("{header:X-Trace}{body}", 'ünïcode{"ref": "é"}'),
        ("{header:x-TRACE}|{header:X-Missing}|{body}", 'ünïcode||{"ref": "é"}'),
        ("v0: {body} سر", 'v0: {"ref": "é"} سر'),
        ("{field:ref}", "é"),
        ("{secret}{body}", SECRET + '{"ref": "é"}'),
    ],
)
def test_each_place_holds_what_was_received(message: str, text: str):
    sent = request('{"ref": "é"}'.encode(), {"X-Trace": "ünïcode"}, TARGET, "PUT")
    assert signed(message, text, sent)
    assert not signed(message, text + " ", sent)


def test_a_query_is_empty_when_there_is_none():
    for target in ("/webhooks/fastbox", "/webhooks/fastbox?"):
        assert signed("[{query}]{body}", "[]{}", request(target=target))


def test_the_part_of_the_path_that_a_proxy_removed_is_signed():
    assert signed("{path}{body}", "/hooks/webhooks/fastbox{}", request(), public_prefix="/hooks")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("text", "text"),
        ("  ", "  "),
        ("ORD-é سر 🚚", "ORD-é سر 🚚"),
        (17, "17"),
        (-1, "-1"),
        (10**31, "1" + "0" * 31),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_field_is_signed_as_its_text(value: object, text: str):
    assert signed("[{field:ref}]", f"[{text}]", request(body(ref=value)))


def test_a_missing_field_is_signed_as_an_empty_text():
    assert signed("{field:ref}:{field:a.b[0].c}", ":", request(body(a=[])))


def test_a_field_may_be_deep_in_the_body():
    assert signed("{field:ref}{field:a.b[-1].c}", "1x", request(body(ref=1, a={"b": [{}, {"c": "x"}]})))


@pytest.mark.parametrize("value", [1.5, 1.0, 0.0, [], ["a"], {}, {"a": 1}])
def test_a_signed_float_list_or_object_is_refused(value: object):
    for text in ("", str(value), json.dumps(value)):
        assert not signed("{field:ref}", text, request(body(ref=value)))


@pytest.mark.parametrize(
    "raw",
    [
        b'{"ref":"1","ref":"1"}',
        b'{"ref":"1","other":{"a":1,"a":2}}',
        b'{"ref":"1"',
        b'{"ref":"1"}\xff',
        b'{"ref":NaN}',
        b'{"ref":"1\\ud800"}',
        b'{"ref":"1\xff"}',
        b'{"ref":"1","a":' + b"[" * 40 + b"]" * 40 + b"}",
        b"",
    ],
)
def test_a_body_that_cannot_be_read_is_refused_when_a_field_of_it_is_signed(raw: bytes):
    for text in ("1", ""):
        assert not signed("{field:ref}", text, request(raw))


@pytest.mark.parametrize("raw", [b'{"ref":"1","a":NaN}', b'{"ref":"1","a":["\\ud800"]}', b'\xef\xbb\xbf{"ref":"1"}'])
def test_a_flawed_value_that_is_not_signed_does_not_spoil_the_signature(raw: bytes):
    assert signed("{field:ref}", "1", request(raw))


def test_a_document_that_is_no_object_has_no_fields():
    assert signed("{field:ref}", "", request(b"[1]"))


def test_the_fields_of_a_form_are_signed_decoded():
    sent = request(b"ref=ORD+1%2f%C3%A9&state=")
    assert signed("{field:ref}|{field:state}|{field:none}", "ORD 1/é||", sent, top='content = "form"')


def test_a_field_that_holds_a_whole_document_is_signed_as_its_text():
    text = '{"ref": "ORD-1"}'
    assert signed("{field:ref}", text, request(body(ref=text)))


def test_an_option_is_a_plain_text_of_the_message_and_no_place():
    more = "[options.name]\nhelp = 'its name'\ndefault = 'usual'\n"
    assert signed("{option:name}.{body}", "usual.{}", request(), more=more)
    assert signed("{option:name}.{body}", "{body}.{}", request(), more=more, options={"name": "{body}"})


def test_bytes_of_a_header_are_signed_as_they_came():
    sent = request(headers={"X-Trace": b"\xff\x80"})
    assert signed("{header:X-Trace}{body}", b"\xff\x80{}", sent)


@pytest.mark.parametrize(
    "message",
    [
        "{BODY}",
        "{nothing}",
        "{body",
        "body}",
        "{}",
        "{body:x}",
        "{field}",
        "{field:}",
        "{field:a..b}",
        "{header}",
        "{header:}",
        "{header:a b}",
        "{header:é}",
        "{header:X_Trace}",
        "{option}",
        "{time:x}",
        "{{body}}",
        "{field:{body}}",
    ],
)
def test_a_template_with_an_unknown_place_is_refused(message: str):
    with pytest.raises(ProfileError, match=r"auth\.signature\.message"):
        profile(auth=f"[auth.signature]\nkind = 'hmac'\nfrom = 'header:X'\nmessage = '{{body}}{message}'")
