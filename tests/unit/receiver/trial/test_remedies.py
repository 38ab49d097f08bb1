"""What a merchant can change without editing a profile: the secret, or a setting of the source."""

import hashlib
import hmac
from collections.abc import Mapping

import pytest

from tests.support.invented import SECRET, profile, request
from tests.support.trials import reading_of, step, texts, trial_of
from webhook_receiver.profiles.trial.steps import RIGHT_PROFILE

BODY = b'{"state": "D", "ref": "ORD-7"}'
STATIC = '[auth.token]\nkind = "static"\nfrom = "header:X-Token"'
BEARER = f'{STATIC}\nprefix = "Bearer "'
HMAC = '[auth.signature]\nkind = "hmac"\nfrom = "header:X-Sig"'


def advice(auth: str, headers: Mapping[str, str], secrets: Mapping[str, list[str]], **changes: bool) -> tuple[str, ...]:
    """Return the advice on the first method for which there is a secret."""
    trial = trial_of(profile(auth=auth), request(BODY, headers), secrets, **changes)
    assert not any(secret in texts(trial) for given in secrets.values() for secret in given)
    return step(trial, f"auth {next(iter(secrets))}").advice


@pytest.mark.parametrize("is_builtin", [True, False])
def test_a_secret_with_the_prefix_of_the_profile_is_said(is_builtin: bool):
    given = {"token": ["wrong-secret", f"Bearer {SECRET}"]}
    said = advice(BEARER, {"X-Token": f"Bearer {SECRET}"}, given, is_builtin=is_builtin)
    assert said == ("leave “Bearer ” out of the secret: the profile has it already",)


def test_a_wrong_secret_with_the_prefix_is_no_answer():
    (said,) = advice(BEARER, {"X-Token": f"Bearer {SECRET}"}, {"token": ["Bearer wrong-secret"]})
    assert said.startswith("the secret itself is nowhere")


def test_a_prefix_that_a_built_in_profile_does_not_have_belongs_to_the_secret():
    sent = {"X-Token": f"Bearer {SECRET}"}
    said = ("write “Bearer ” before the secret, as a part of it",)
    assert advice(STATIC, sent, {"token": [SECRET]}, is_builtin=True) == said
    assert advice(STATIC, sent, {"token": [SECRET]}) == ('it fits with: prefix = "Bearer "',)


def test_the_secret_of_another_method_is_said():
    sent = {"X-Token": SECRET}
    said = ("it is the secret of token: it fits [auth.token]",)
    assert advice(f"{HMAC}\n{STATIC}", sent, {"signature": [SECRET]}) == said


def test_a_secret_that_has_not_the_form_of_another_method_is_no_answer_for_it():
    base64 = HMAC.replace("signature", "other") + '\nsecret_form = "base64"'
    headers = {"X-Sig": hmac.new(b"another", BODY, hashlib.sha256).hexdigest()}
    assert advice(f"{HMAC}\n{base64}", headers, {"signature": [SECRET]})[0].startswith("nothing else fits")


def test_lines_of_a_built_in_profile_are_asked_about():
    sent = {"X-Other": SECRET}
    fits = 'it fits with: from = "header:x-other"'
    assert advice(STATIC, sent, {"token": [SECRET]}, is_builtin=True) == (fits, RIGHT_PROFILE)
    assert advice(STATIC, sent, {"token": [SECRET]}) == (fits,)


def test_an_option_of_a_built_in_profile_is_a_setting():
    auth = f'[options.header]\nhelp = "its name"\ndefault = "X-No"\n{STATIC}'.replace("X-Token", "{option:header}")
    said = ('it fits with: header = "x-token" in the source: it is an option of the profile',)
    assert advice(auth, {"X-Token": SECRET}, {"token": [SECRET]}, is_builtin=True) == said


def test_basic_authentication_has_no_prefix():
    said = advice('[auth.token]\nkind = "basic"', {}, {"token": ["user:password"]})
    assert said[0].startswith("the secret itself is nowhere")


def test_a_status_that_a_built_in_profile_does_not_have_is_a_setting_of_the_source():
    trial = reading_of(profile(), {"state": "DD", "ref": "1"}, is_builtin=True)
    assert step(trial, "status").advice == (
        'for your source: statuses = { "DD" = EVENT }, where EVENT is an event such as in_transit, or info',
    )


def test_a_time_and_a_method_that_a_built_in_profile_does_not_have_are_asked_about():
    chosen = profile(read='number = "ref"\ntime = "at"')
    timed = reading_of(chosen, {"state": "D", "ref": "1", "at": "28/11/2026 10:00"}, is_builtin=True)
    assert step(timed, "time").advice == (RIGHT_PROFILE,)
    put = trial_of(chosen, request(BODY, method="PUT"), {}, is_builtin=True)
    assert step(put, "method").advice == (RIGHT_PROFILE,)


# -------------------------------------------------------------------------------------------- a time that nobody checks

TIME_IN_HEADER = f'{HMAC}\nmessage = "{{header:X-Zephyr-Time}}.{{body}}"'


def unread(time: str, body: bytes = BODY, auth: str = TIME_IN_HEADER, *, is_builtin: bool = False) -> tuple[str, ...]:
    signature = hmac.new(SECRET.encode(), f"{time}.".encode() + body, hashlib.sha256).hexdigest()
    sent = request(body, {"X-Sig": signature, "X-Zephyr-Time": time})
    chosen = profile(auth=auth, read='number = "ref"\ntime = "at"')
    return step(trial_of(chosen, sent, is_builtin=is_builtin), "auth signature").advice


READ = (
    (
        'X-Zephyr-Time looks like a signed time: write time = { from = "header:X-Zephyr-Time" } and {time}, '
        "else its age is not checked"
    ),
)
OLD = b'{"state": "D", "ref": "1", "at": "2025-01-02T10:00:00Z"}'


@pytest.mark.parametrize(
    ("time", "body", "expected"),
    [
        ("1795866000", BODY, READ),
        ("1735812000", OLD, READ),
        ("1735812000", BODY, ()),
        ("1735812000", b"no json", ()),
        ("1235812000", OLD, ()),
        ("17958660", BODY, ()),
        ("1735812000", b'{"state": "D", "ref": "1", "at": "soon"}', ()),
    ],
)
def test_a_header_that_looks_like_a_signed_time_is_said(time: str, body: bytes, expected: tuple[str, ...]):
    assert unread(time, body) == expected


def test_a_time_that_is_checked_or_that_nobody_can_change_is_not_said():
    checked = TIME_IN_HEADER.replace("header:X-Zephyr-Time", "time") + '\ntime = { from = "header:X-Zephyr-Time" }'
    assert unread("1795866000", auth=checked) == ()
    twice = checked.replace("{time}.{body}", "{time}.{body}{header:X-Zephyr-Time}")
    signed = hmac.new(SECRET.encode(), b"1795866000." + BODY + b"1795866000", hashlib.sha256).hexdigest()
    sent = request(BODY, {"X-Sig": signed, "X-Zephyr-Time": "1795866000"})
    assert step(trial_of(profile(auth=twice), sent), "auth signature") == (
        "auth signature",
        "fits: HMAC-SHA256 in hex of {time}.{body}{header:X-Zephyr-Time}, in header X-Sig",
        "",
        True,
        (),
    )
    assert unread("1795866000", is_builtin=True) == ()
