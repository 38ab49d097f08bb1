"""A trial follows the engine's order of work, and says what each step has made of a request."""

import hashlib
import hmac
import json

import pytest

from tests.support.invented import ARRIVAL, SECRET, profile, request
from tests.support.trials import reading_of, signed_trial, step, steps, texts, trial_of
from webhook_receiver.profiles.schema.compilation import methods_of
from webhook_receiver.profiles.schema.files import load_profile
from webhook_receiver.profiles.trial.diagnosis import described
from webhook_receiver.profiles.trial.steps import Outcome
from worker.domain.instants import instant_of

BODY = b'{"state": "D", "ref": "ORD-7"}'
TOKEN = {"X-Token": SECRET}
HMAC = 'kind = "hmac"\nfrom = "header:X-Sig"'
BASIC = profile()


def hexed(message: bytes) -> str:
    return hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


def test_a_request_that_fits_is_followed_to_its_answer():
    trial = trial_of(BASIC, request(BODY, TOKEN))
    assert [(one.name, one.text) for one in trial.steps] == [
        ("probe", "no: POST with a body"),
        ("method", "POST"),
        ("auth token", "fits: the secret itself, in header X-Token"),
        ("document", "JSON"),
        ("status", '("D") → row 1 → shipment.delivered'),
        ("order", 'ref "ORD-7" → number:ORD-7'),
        ("time", "nothing there: the arrival counts"),
        ("key", "from number, status"),
        ("event", "shipment.delivered at 2026-11-28T12:00:00Z"),
        ("answer", '200 {"status": "accepted"}'),
    ]
    assert (trial.outcome, trial.status, trial.is_authenticated) == (Outcome.ACCEPTED, 200, True)
    assert [event.order.order_id for event in trial.events] == ["number:ORD-7"]


def test_a_probe_is_answered_before_anything_else():
    trial = trial_of(profile(top='probes = ["empty", "GET"]'), request(b""))
    assert (trial.outcome, trial.status) == (Outcome.PROBE, 200)
    assert step(trial, "probe").text == "yes: POST without a body"
    assert trial_of(profile(top='probes = ["GET"]'), request(b"", method="GET")).outcome is Outcome.PROBE


def test_a_method_that_the_profile_does_not_have_is_named_and_the_rest_is_shown():
    trial = trial_of(BASIC, request(BODY, TOKEN, method="PUT"))
    assert (trial.outcome, trial.status) == (Outcome.REFUSED, 405)
    assert step(trial, "method").advice == ('add "PUT" to methods = ["POST"]',)
    assert step(trial, "event").is_well
    assert step(trial, "answer").text == (
        '405: refused, nothing is kept; without the refusal: 200 {"status": "accepted"}'
    )


def test_a_body_that_is_too_large_names_the_setting():
    body = json.dumps({"state": "D", "ref": "ORD-7", "pad": "x" * 70_000}).encode()
    trial = trial_of(BASIC, request(body, TOKEN))
    assert (trial.outcome, trial.status) == (Outcome.REFUSED, 413)
    assert step(trial, "size").advice == ("max_body = 131072",)
    huge = trial_of(BASIC, request(b" " * 9_000_000, TOKEN))
    assert step(huge, "size").advice == ("max_body = 10485760",)


def test_a_refused_request_has_no_event():
    trial = trial_of(BASIC, request(BODY, {"X-Token": "wrong"}))
    assert (trial.outcome, trial.status, trial.events) == (Outcome.REFUSED, 401, ())
    assert step(trial, "event").is_well


def test_without_a_secret_authentication_is_left_out_and_a_step_says_so():
    trial = trial_of(BASIC, request(BODY), {})
    assert step(trial, "auth").text == "left out: there is no secret for token"
    assert (trial.outcome, trial.is_authenticated) == (Outcome.ACCEPTED, False)


def test_a_bare_body_leaves_authentication_out():
    trial = reading_of(BASIC, json.loads(BODY))
    assert trial.steps[0].text == "left out: there is only a body"
    assert (trial.outcome, trial.is_authenticated) == (Outcome.ACCEPTED, False)


def test_a_secret_for_a_method_that_the_profile_does_not_have_is_not_used():
    trial = trial_of(BASIC, request(BODY), {"signature": [SECRET]})
    unused, left_out = steps(trial, "auth")
    assert unused.text == "the profile has no [auth.signature], so this secret is not used: it has token"
    assert left_out.text == "left out: there is no secret for token"
    assert not trial.is_authenticated


def test_a_method_without_a_secret_is_not_asked_for():
    two = f'[auth.signature]\n{HMAC}\n[auth.token]\nkind = "static"\nfrom = "header:X-Token"'
    trial = trial_of(profile(auth=two), request(BODY, TOKEN), {"token": [SECRET]})
    assert step(trial, "auth signature").text.startswith("left out: there is no secret for it")
    assert trial.outcome is Outcome.ACCEPTED


TIMED = f'{HMAC}\nmessage = "{{time}}.{{body}}"\ntime = {{ from = "header:X-Time" }}'


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (60, "2026-11-28T11:59:00Z"),
        (
            600,
            "2026-11-28T11:50:00Z: further than 5 min from now. As a delivery it would be refused by now (401)",
        ),
    ],
)
def test_a_signed_time_is_shown_and_an_old_one_is_said(age: int, text: str):
    time = str(int(ARRIVAL.timestamp()) - age)
    trial = signed_trial(TIMED, request(BODY, {"X-Sig": hexed(f"{time}.".encode() + BODY), "X-Time": time}))
    assert step(trial, "signed time").text == text
    assert trial.outcome is Outcome.ACCEPTED


def test_a_signature_over_single_fields_is_named_as_such():
    auth = f'[auth.signature]\n{HMAC}\nmessage = "{{field:ref}}"'
    chosen = profile(auth=auth, read='number = "ref"\nkey = ["ref"]')
    trial = trial_of(chosen, request(BODY, {"X-Sig": hexed(b"ORD-7")}))
    assert step(trial, "auth signature").text == "fits: HMAC-SHA256 in hex of {field:ref}, in header X-Sig"
    assert step(trial, "auth signature").advice == (
        "only these fields are signed: all others could be changed on the way",
    )


@pytest.mark.parametrize(
    ("auth", "text"),
    [
        ('kind = "digest"\nmessage = "{secret}{body}"\nhash = "md5"\nencoding = "base64"\nfrom = "query:s"',
         "MD5 digest in Base64 of {secret}{body}, in query field s"),
        (f'{HMAC}\nitem = "v1"\nprefix = "v="', 'HMAC-SHA256 in hex of {body}, in item v1 of header X-Sig behind "v="'),
        ('kind = "basic"', "HTTP Basic, in header Authorization"),
        ('kind = "static"\nfrom = "body:a.b"', "the secret itself, in body field a.b"),
    ],
)  # fmt: skip
def test_a_method_is_described_in_words(auth: str, text: str):
    chosen = profile(auth=f"[auth.signature]\n{auth}")
    (method,) = methods_of(chosen, {"signature": [b"user:password"]}, {})
    assert described(method) == text


def test_the_agreed_answer_is_shown():
    chosen = profile(more='[answer]\nstatus = 202\nbody = \'{"id": "{uuid}"}\'')
    assert step(reading_of(chosen, {"state": "D", "ref": "1"}), "answer").text == '202 {"id": "{uuid}"}'


def test_the_profile_capture_reads_nothing():
    trial = trial_of(load_profile("capture"), request(b"\xff", target=f"/webhooks/x?token={SECRET}"))
    assert step(trial, "document").text == "1 byte: kept as it is, and not read"
    assert (trial.outcome, trial.reason) == (Outcome.QUARANTINED, "captured")
    assert SECRET not in texts(trial)


def test_the_time_of_the_arrival_is_handed_in():
    assert reading_of(BASIC, {"state": "D", "ref": "1"}).events[0].received_at == instant_of(ARRIVAL)
