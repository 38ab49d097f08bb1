"""When authentication does not fit, a trial finds what would fit, and says it as lines of the profile."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

import pytest

from tests.support.invented import SECRET, profile, request
from tests.support.trials import signed_trial, step, texts, trial_of
from webhook_receiver.profiles.trial import fitting
from webhook_receiver.profiles.trial.steps import Outcome
from webhook_receiver.requests import Request

BODY = b'{"state": "D", "ref": "ORD-7", "awb": "T1", "amount": 1.5, "lines": [1, {"a": "b"}], "odd{name}": "x"}'
HMAC = 'kind = "hmac"\nfrom = "header:X-Sig"'
KEY = SECRET.encode()
TIME = "1795824000"


def hexed(message: bytes, key: bytes = KEY, name: str = "sha256") -> str:
    return hmac.new(key, message, name).hexdigest()


def b64(message: bytes, key: bytes = KEY) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def sent(headers: Mapping[str, str], body: bytes = BODY, target: str = "/webhooks/fastbox") -> Request:
    return request(body, headers, target)


def advice(auth: str, sent: Request, secret: str = SECRET) -> tuple[str, ...]:
    """Return what a trial advises for a profile with the method *auth*, which does not fit."""
    trial = signed_trial(auth, sent, secret)
    assert trial.outcome is Outcome.REFUSED
    assert secret not in texts(trial)
    return step(trial, "auth signature").advice


def fits(*lines: str) -> tuple[str]:
    return ("it fits with: " + "; ".join(lines),)


@pytest.mark.parametrize(
    ("headers", "lines"),
    [
        ({"X-Sig": b64(BODY)}, ['encoding = "base64"']),
        ({"X-Sig": hexed(BODY, name="sha1")}, ['hash = "sha1"']),
        ({"X-Sig": hexed(BODY, name="sha512")}, ['hash = "sha512"']),
        ({"X-Sig": f"sha256={hexed(BODY)}"}, ['prefix = "sha256="']),
        ({"X-Sig": f"v1,{b64(BODY)}"}, ['prefix = "v1,"', 'encoding = "base64"']),
        ({"X-Sig": f"a=1,v1={hexed(BODY)}"}, ['item = "v1"']),
        ({"X-Other": hexed(BODY)}, ['from = "header:x-other"']),
        ({"X-Sig": hexed(f"{TIME}.".encode() + BODY), "X-Time": TIME}, [
            'message = "{time}.{body}"', 'time = { from = "header:x-time" }']),
        ({"X-Sig": f"t={TIME},v1={hexed(TIME.encode() + BODY)}"}, [
            'item = "v1"', 'message = "{time}{body}"', 'time = { from = "header:x-sig", item = "t" }']),
        ({"X-Sig": hexed(b"1795824000123." + BODY), "X-Time": "1795824000123"}, ['message = "{header:x-time}.{body}"']),
        ({"X-Sig": hexed(f"m1.{TIME}.".encode() + BODY), "X-Id": "m1", "X-Time": TIME}, [
            'message = "{header:x-id}.{time}.{body}"', 'time = { from = "header:x-time" }']),
        ({"X-Sig": hexed(b"POST\n/webhooks/fastbox\n" + BODY)}, ['message = "{method}\\n{path}\\n{body}"']),
        ({"X-Sig": hexed(b"a:b:" + BODY), "X-A": "a", "X-B": "b"}, ['message = "{header:x-a}:{header:x-b}:{body}"']),
        ({"X-Sig": hexed(b"ORD-7")}, ['message = "{field:ref}"']),
        ({"X-Sig": hexed(b"T1|D")}, ['message = "{field:awb}|{field:state}"']),
        ({"X-Sig": hexed(b"D.ORD-7.T1")}, ['message = "{field:state}.{field:ref}.{field:awb}"']),
        ({"X-Sig": hashlib.sha256(KEY + BODY).hexdigest()}, ['kind = "digest"', 'message = "{secret}{body}"']),
        ({"X-Sig": hashlib.new("md5", BODY + b":" + KEY, usedforsecurity=False).hexdigest()}, [
            'kind = "digest"', 'hash = "md5"', 'message = "{body}:{secret}"']),
        ({"X-Sig": hashlib.sha256(b"ORD-7" + KEY).hexdigest()}, ['kind = "digest"', 'message = "{field:ref}{secret}"']),
        ({"X-Sig": hashlib.sha256(KEY).hexdigest()}, ['kind = "digest"', 'message = "{secret}"']),
        ({"X-Token": SECRET}, ['kind = "static"', 'from = "header:x-token"']),
        ({"Authorization": f"Bearer {SECRET}"}, [
            'kind = "static"', 'from = "header:authorization"', 'prefix = "Bearer "']),
        ({"X-Sig": f"a=1,k={SECRET}"}, ['kind = "static"', 'item = "k"']),
    ],
)  # fmt: skip
def test_the_lines_to_change_are_those_of_what_was_sent(headers: Mapping[str, str], lines: list[str]):
    assert advice(HMAC, sent(headers)) == fits(*lines)


def test_lines_that_the_new_kind_does_not_have_must_go():
    auth = f'{HMAC}\nencoding = "base64"\nmessage = "{{time}}{{body}}"\ntime = {{ from = "header:X-Time" }}'
    expected = fits('kind = "static"', "and without encoding, message, time")
    assert advice(auth, sent({"X-Sig": SECRET, "X-Time": TIME})) == expected
    assert advice(auth, sent({"X-Sig": b64(BODY), "X-Time": TIME})) == fits('message = "{body}"', "and without time")


def test_the_same_signed_time_is_no_change():
    auth = f'{HMAC}\nmessage = "{{time}}{{body}}"\ntime = {{ from = "header:X-Time" }}'
    headers = {"X-Sig": hexed(f"{TIME}.".encode() + BODY), "X-Time": TIME}
    assert advice(auth, sent(headers)) == fits('message = "{time}.{body}"')


def test_user_and_password_are_found():
    credentials = base64.b64encode(b"user:password").decode()
    expected = fits('kind = "basic"', 'from = "header:authorization"')
    assert advice(HMAC, sent({"Authorization": f"Basic {credentials}"}), "user:password") == expected


def test_a_wrong_header_of_basic_authentication_is_found():
    credentials = base64.b64encode(b"user:password").decode()
    expected = fits('from = "header:x-auth"')
    assert advice('kind = "basic"', sent({"X-Auth": f"Basic {credentials}"}), "user:password") == expected


@pytest.mark.parametrize("name", ["", "%00"])
def test_a_field_of_the_query_that_a_profile_cannot_name_is_left_out(name: str):
    assert "is this the whole request?" in advice(HMAC, sent({}, target=f"/w?{name}={SECRET}"))[0]


def test_a_secret_in_the_query_is_found():
    assert advice(HMAC, sent({}, target=f"/w?key={SECRET}")) == fits('kind = "static"', 'from = "query:key"')


@pytest.mark.parametrize("value", ["Basic no-base64!", "Basic /w=="])
def test_broken_credentials_are_no_secret(value: str):
    assert "the secret itself is nowhere" in advice('kind = "basic"', sent({"Authorization": value}), "shop:key")[0]


def test_a_token_behind_an_odd_prefix_is_found():
    expected = fits('kind = "static"', 'prefix = "key/"')
    assert advice(HMAC, sent({"X-Sig": f"key/{SECRET}"})) == expected


def test_a_signature_in_the_place_of_a_token_is_found():
    expected = fits('kind = "hmac"', 'from = "header:x-sig"')
    assert advice('kind = "static"\nfrom = "header:X-Token"', sent({"X-Sig": hexed(BODY)})) == expected


def test_a_body_that_is_no_document_is_tried_as_a_whole():
    assert "nothing else fits" in advice(HMAC, sent({"X-Sig": hexed(BODY, b"another-secret")}, b"no json"))[0]


def test_a_signature_in_the_body_is_found_with_its_path():
    document = {"ref": "ORD-7", "meta": {"sign": hexed(b"ORD-7")}}
    expected = fits('from = "body:meta.sign"', 'message = "{field:ref}"')
    assert advice(HMAC, sent({}, json.dumps(document).encode())) == expected


def test_the_fields_of_the_message_are_tried_in_another_order_and_with_another_separator():
    auth = f'[auth.signature]\n{HMAC}\nmessage = "{{field:ref}}{{field:state}}{{field:awb}}"'
    chosen = profile(auth=auth, read='number = "ref"\nkey = ["ref", "state", "awb"]')
    trial = trial_of(chosen, sent({"X-Sig": hexed(b"D&T1&ORD-7")}))
    assert step(trial, "auth signature").advice == fits('message = "{field:state}&{field:awb}&{field:ref}"')


@pytest.mark.parametrize(
    ("signed", "saved", "remark"),
    [
        (BODY, BODY + b"\n", "the body without its last newline"),
        (BODY + b"\n", BODY, "the body with a newline at its end"),
        (b'{"a":\n1}', b'{"a":\r\n1}', "the body with LF instead of CRLF"),
        (b'{"a":\n1}', b'{"a":\r\n1}\r\n', "the body with LF instead of CRLF, without the last one"),
        (b'{"a":\r\n1}', b'{"a":\n1}', "the body with CRLF instead of LF"),
        (BODY, b" " + BODY, "the body without the spaces at its ends"),
        (b'{"a":1,"b":"x/y"}', b'{"a": 1, "b": "x/y"}', "the body as JSON without spaces"),
        (b'{"a":1,"b":"x\\/y"}', b'{"a": 1, "b": "x/y"}', "the body as JSON without spaces, with \\/"),
        (b'{"a":"\\u00e9"}', '{"a": "é"}'.encode(), "the body as JSON without spaces and \\u escapes"),
        (b'{\n  "a": 1\n}', b'{"a":1}', "the body as JSON indented by 2"),
        (b'{"a":1,"b":2}', b'{"b": 2, "a": 1}', "the body as JSON without spaces, sorted by key"),
    ],
)
def test_a_sample_that_was_changed_when_it_was_saved_is_recognised(signed: bytes, saved: bytes, remark: str):
    expected = fits(f"{remark} (the sample is not byte by byte what was sent)")
    assert advice(HMAC, sent({"X-Sig": hexed(signed)}, saved)) == expected


def test_a_signed_time_of_a_changed_sample_is_found():
    headers = {"X-Sig": hexed(f"{TIME}:".encode() + BODY), "X-Time": TIME}
    (sentence,) = advice(HMAC, sent(headers, BODY + b"\n"))
    assert "{time}:{body}" in sentence
    assert "without its last newline" in sentence


HEX_SECRET = "00112233445566778899"
KEY_BYTES = bytes(range(24))
BASE64_SECRET = base64.b64encode(KEY_BYTES).decode()


@pytest.mark.parametrize(
    ("secret", "key", "expected"),
    [
        (BASE64_SECRET, KEY_BYTES, 'secret_form = "base64"'),
        (f"whsec_{BASE64_SECRET}", KEY_BYTES, 'secret_form = "base64"'),
        ("s\u00e9same-easy", "se\u0301same-easy".encode(), 'secret_form = "nfkd"'),
        (f"{SECRET} ", KEY, "the secret without the spaces at its ends"),
        (HEX_SECRET, bytes.fromhex(HEX_SECRET), "the secret as hex digits of the key, which a profile cannot say"),
    ],
)  # fmt: skip
def test_a_secret_may_stand_for_another_key(secret: str, key: bytes, expected: str):
    assert advice(HMAC, sent({"X-Sig": hexed(BODY, key)}), secret) == fits(expected)


def test_a_secret_that_is_no_base64_is_said_and_tried_as_a_text():
    trial = signed_trial(f'{HMAC}\nsecret_form = "base64"', sent({"X-Sig": hexed(BODY)}))
    assert step(trial, "auth signature").text == "does NOT fit: the secret must be the Base64 of a key"
    assert step(trial, "auth signature").advice == fits('secret_form = "text"')


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b64(BODY).replace("=", ""), "Base64 without its padding, which a profile cannot say"),
        (base64.urlsafe_b64encode(hmac.digest(KEY, b"\xff" + BODY, "sha256")).decode(), None),
    ],
)
def test_an_encoding_that_a_profile_cannot_say_is_named(value: str, expected: str | None):
    given = advice(HMAC, sent({"X-Sig": value}))
    assert given == fits(expected) if expected else "nothing else fits" in given[0]


def test_url_safe_base64_is_named():
    body = next(b"%d" % n for n in range(1000) if set("+/") & set(b64(b"%d" % n)))
    value = b64(body).replace("+", "-").replace("/", "_")
    assert advice(HMAC, sent({"X-Sig": value}, body)) == fits("URL-safe Base64, which a profile cannot say")


def test_a_time_behind_a_prefix_is_named():
    headers = {"X-Sig": hexed(f"{TIME}.".encode() + BODY), "X-Time": f"t={TIME}"}
    (sentence,) = advice(HMAC, sent(headers))
    assert sentence.endswith("the time stands behind “t=”, which a profile cannot say")


@pytest.mark.parametrize(
    ("value", "remark"),
    [
        (SECRET.upper(), "the secret in other upper and lower case: write it as it comes"),
        (f" {SECRET} ", "the secret has spaces at its ends: write it as it comes"),
        (base64.b64encode(KEY).decode(), "the Base64 of the secret comes: make that text the secret"),
    ],
)
def test_a_token_that_differs_a_little_is_recognised(value: str, remark: str):
    auth = 'kind = "static"\nfrom = "header:X-Token"'
    assert advice(auth, sent({"X-Token": value})) == fits(remark)


def test_a_header_that_an_option_names_is_an_option_of_the_source():
    options = '[options.header]\nhelp = "its name"\n[options.word]\nhelp = "?"\ndefault = "x"'
    auth = '[auth.token]\nkind = "static"\nfrom = "header:{option:header}"'
    other = '[auth.other]\nkind = "static"\nfrom = "query:{option:word}"'
    chosen = profile(auth=f"{options}\n{auth}\n{other}")

    def advised(request: Request) -> tuple[str, ...]:
        return step(trial_of(chosen, request, {"token": [SECRET]}, options={"header": "X-Wrong"}), "auth token").advice

    assert advised(sent({"X-Real": SECRET})) == fits('header = "x-real" in the source: it is an option of the profile')
    assert advised(sent({}, target=f"/w?t={SECRET}")) == fits('from = "query:t"')


TWO = f'[auth.signature]\n{HMAC}\n[auth.token]\nkind = "static"\nfrom = "header:X-Token"'


def test_secrets_that_were_swapped_are_found():
    headers = {"X-Sig": hexed(BODY, b"other-secret"), "X-Token": SECRET}
    trial = trial_of(profile(auth=TWO), sent(headers), {"signature": [SECRET], "token": ["other-secret"]})
    assert step(trial, "auth token").advice == fits("with the secret of signature")
    alone = {"X-Sig": headers["X-Sig"]}
    trial = trial_of(profile(auth=TWO), sent(alone), {"signature": [SECRET], "token": ["other-secret"]})
    assert step(trial, "auth signature").advice == fits("with the secret of token")


def test_the_secret_of_a_method_that_fits_is_no_answer_for_another_one():
    headers = {"X-Sig": hexed(b"something else"), "X-Token": "other-secret"}
    trial = trial_of(profile(auth=TWO), sent(headers), {"signature": [SECRET], "token": ["other-secret"]})
    assert step(trial, "auth signature").advice[0].startswith("nothing else fits, either: ")


def test_an_item_that_comes_twice_fits_nothing():
    value = f"v1={hexed(BODY)},v1={hexed(BODY)}"
    assert advice(HMAC, sent({"X-Sig": value}))[:1] != fits('item = "v1"')


def test_at_most_three_fits_are_named_the_smallest_change_first():
    headers = {f"X-{name}": hexed(BODY) for name in "ABCDE"} | {"X-Sig": b64(BODY)}
    given = advice(HMAC, sent(headers))
    assert given[0] in {*fits('encoding = "base64"'), *fits('from = "header:x-a"')}
    assert len(given) == 3


def test_without_a_value_of_the_length_of_a_signature_nothing_is_tried():
    assert advice(HMAC, sent({"X-Sig": "short"})) == (
        "no header and no field of the query or the body is as long as a signature: is this the whole request?",
    )
    assert advice('kind = "static"\nfrom = "header:X-Token"', sent({})) == (
        "the secret itself is nowhere in the headers, the query and the body: is it the right one?",
    )


def test_a_wrong_secret_is_the_first_thing_to_check():
    first, second = advice(HMAC, sent({"X-Sig": hexed(BODY, b"another-secret"), "X-A": "1", "X-Time": TIME}))
    assert first.startswith("nothing else fits, either: ")
    assert first.endswith(" combinations of message, hash, encoding and form of the secret were tried")
    assert second.startswith("check the secret first")


def test_the_search_ends_at_its_bounds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fitting, "MAX_DIGESTS", 5)
    first, _ = advice(HMAC, sent({"X-Sig": hexed(BODY, b"another-secret")}))
    assert first.startswith("nothing else fits, either: 5 combinations")
    assert first.endswith(", and the search ended at its bounds")


def test_a_large_body_ends_the_search_early(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fitting, "MAX_BYTES", 1000)
    assert "ended at its bounds" in advice(HMAC, sent({"X-Sig": hexed(b"")}, b"x" * 2000))[0]


@pytest.mark.parametrize("code", ["J0086", "{body}"])
def test_an_option_in_the_message_stays_there(code: str):
    options = '[options.code]\nhelp = "your number"'
    auth = f'{options}\n[auth.signature]\n{HMAC}\nmessage = "{{option:code}}.{{body}}"'
    signed = sent({"X-Sig": b64(f"{code}.".encode() + BODY)})
    trial = trial_of(profile(auth=auth), signed, options={"code": code})
    assert step(trial, "auth signature").advice == fits('encoding = "base64"')
