"""Why authentication does not fit is said by what is there, without a secret and without a signature."""

import base64
import hashlib

import pytest

from tests.support.invented import SECRET, profile, request
from tests.support.trials import signed_trial, step, texts, trial_of
from webhook_receiver.profiles.trial.diagnosis import shape_of
from webhook_receiver.requests import Request

HMAC = 'kind = "hmac"\nfrom = "header:X-Sig"'
STATIC = 'kind = "static"\nfrom = "header:X-Token"'
WRONG = hashlib.sha256(b"wrong").hexdigest()
TIMED = f'{HMAC}\nmessage = "{{time}}{{body}}"\ntime = {{ from = "header:X-Time" }}'
OTHER_TOKEN = "header X-Token holds another value than the secret"
OTHER_FORM = "has the right form, but another value: the secret, the message or the body differs"


def why(auth: str, sent: Request, secret: str = SECRET) -> str:
    trial = signed_trial(auth, sent, secret)
    shown = texts(trial)
    assert not [value for value in sent.headers.values() if len(value) > 20 and value in shown]
    return step(trial, "auth signature").text.removeprefix("does NOT fit: ")


@pytest.mark.parametrize(
    ("auth", "headers", "text"),
    [
        (HMAC, {}, "header X-Sig is missing; the request has: none"),
        (HMAC, {"B": "1", "A": "2"}, "header X-Sig is missing; the request has: a, b"),
        (f'{HMAC}\nprefix = "sha256="', {"X-Sig": f"sha1={WRONG}"},
         'header X-Sig does not begin with "sha256=": it is 64 hex digits behind "sha1="'),
        (f'{HMAC}\nitem = "v1"', {"X-Sig": f"v0={WRONG}"},
         'header X-Sig has no single item v1: it is 64 hex digits behind "v0="'),
        (HMAC, {"X-Sig": "ab"}, "header X-Sig holds 2 hex digits; the profile says hex of sha256, so 64 hex digits"),
        (f'{HMAC}\nencoding = "base64"\nhash = "sha512"', {"X-Sig": WRONG},
         "header X-Sig holds 64 hex digits; the profile says Base64 of sha512, so 88 characters"),
        (HMAC, {"X-Sig": WRONG}, f"header X-Sig {OTHER_FORM}"),
        (STATIC, {"X-Token": "other"}, f"{OTHER_TOKEN}: 5 characters; the secret has 15"),
        (STATIC, {"X-Token": SECRET.upper()},
         f"{OTHER_TOKEN}: 15 characters, which differs in upper and lower case only"),
        (STATIC, {"X-Token": f"{SECRET} "},
         f"{OTHER_TOKEN}: 16 characters, which differs in spaces at its ends only"),
        ('kind = "basic"', {"Authorization": "Bearer something-long-enough"},
         "header Authorization does not begin with “Basic ”: it is 28 characters"),
        ('kind = "basic"', {"Authorization": f"Basic {base64.b64encode(b'user:other').decode()}"},
         "header Authorization has another user or password; the secret must be user:password"),
        (TIMED, {"X-Sig": WRONG},
         "the signed time is missing: header X-Time is missing; the request has: x-sig"),
        (TIMED, {"X-Sig": WRONG, "X-Time": "12:00"},
         "the signed time in header X-Time must be ten digits, and is 5 characters"),
        (TIMED, {"X-Sig": WRONG, "X-Time": "1795824000"}, f"header X-Sig {OTHER_FORM}"),
    ],
)  # fmt: skip
def test_what_is_there_is_said(auth: str, headers: dict[str, str], text: str):
    assert why(auth, request(b'{"state": "D"}', headers)) == text


def test_a_field_of_the_query_is_missing():
    assert why('kind = "static"\nfrom = "query:token"', request(b"{}")) == "query field token is missing"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"meta": {"signature": "x"}}', "body field sign.value is missing"),
        (b'{"meta": {"value": "x"}}', "body field sign.value is missing; there is meta.value"),
        (b"no json", "a field of the body is needed, but the body cannot be read: The body is not JSON."),
        (
            b'{"sign": {"value": 1.5}}',
            "a field of the body that is needed is a number with a fraction, a list or an object",
        ),
    ],
)
def test_a_field_of_the_body_that_cannot_be_used(body: bytes, text: str):
    assert why('kind = "static"\nfrom = "body:sign.value"', request(body)) == text


def test_a_signed_field_without_a_text_is_said():
    auth = f'[auth.signature]\n{HMAC}\nmessage = "{{field:cod}}"'
    chosen = profile(auth=auth, read='number = "ref"\nkey = ["cod"]')
    trial = trial_of(chosen, request(b'{"cod": 1.5}', {"X-Sig": WRONG}))
    assert "is a number with a fraction, a list or an object" in step(trial, "auth signature").text


def test_a_body_that_cannot_be_read_is_no_reason_to_search():
    trial = signed_trial('kind = "static"\nfrom = "body:sign"', request(b"no json"))
    assert step(trial, "auth signature").advice == ()


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("", "empty"),
        ("ab", "2 hex digits"),
        ("v1=abcd", '4 hex digits behind "v1="'),
        ("Zm9vYmFyYmF6cXV4MTIzNA==", "24 characters of Base64 (16 bytes)"),
        ("Zm9vYmFyYmF6cXV4MTIzNA", "22 characters of Base64 without its padding (16 bytes)"),
        ("__9vYmFyYmF6cXV4MTIzNA==", "24 characters of URL-safe Base64 (16 bytes)"),
        ("123", "3 digits"),
        ("a-word!", "7 characters"),
        ("Zm9v", "4 characters"),
        ("Zm9vYmFyYmF6cXV4MTIzNAAAA", "25 characters"),
    ],
)
def test_a_value_is_described_without_being_shown(text: str, shape: str):
    assert shape_of(text) == shape
