"""No request makes a trial fail, whatever is in it: a merchant tries what an unknown courier sends."""

import hashlib
import hmac
import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.invented import profile
from tests.support.trials import texts, trial_of
from webhook_receiver.profiles.trial.steps import Outcome
from webhook_receiver.requests import Request

PROFILES = (
    profile(auth='[auth.signature]\nkind = "hmac"\nfrom = "body:sign"'),
    profile(
        top='content = "form"',
        auth='[auth.signature]\nkind = "digest"\nmessage = "{field:a}{secret}"\nfrom = "header:x"\nencoding = "base64"',
        document='unwrap = "a"\neach = "i[]"\npick = "latest"\nskip = { "i[].t" = [true] }',
        read='number = "i[].ref"\ntime = "i[].at"\nkey = ["a"]',
        status='from = ["i[].state", "s"]\nrows = [["D", "*", "delivered"], ["", "", "info"]]',
    ),
    profile(auth='[auth.signature]\nkind = "basic"', read='number = "ref"\ntracking = "awb"\ntime = "at"\nid = "id"'),
)
NAMES = st.sampled_from(["ref", "awb", "at", "id", "state", "sign", "a", "i", "t", "", "a.b", "{x}", "x" * 250, "n\n"])
VALUES = st.one_of(
    st.text(max_size=30),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.sampled_from(["D", "1795824000", "2026-11-28 10:00", "ab" * 32, "A" * 43 + "=", "t=1795824000,v1=" + "ab" * 32]),
)
DOCUMENTS = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5))
BODIES = st.one_of(
    DOCUMENTS.map(lambda document: json.dumps(document).encode()),
    st.binary(max_size=60),
    DOCUMENTS.map(lambda document: b"a=" + json.dumps(document).encode().replace(b'"', b"%22").replace(b" ", b"+")),
)
HEADER_NAMES = st.sampled_from(["x", "x-sig", "x-time", "authorization", "x odd", "content-type", "", "x{y}"])
HEADER_VALUES = st.text(st.characters(max_codepoint=255), max_size=30) | VALUES.filter(
    lambda value: isinstance(value, str) and value.isascii()
)
TARGETS = st.binary(max_size=20).map(lambda query: b"/webhooks/x?" + query) | st.sampled_from(
    [b"/", b"/?=a&&b=&c=1&c=2"]
)


@given(
    st.sampled_from(PROFILES),
    BODIES,
    st.dictionaries(HEADER_NAMES, HEADER_VALUES, max_size=4),
    TARGETS,
    st.text(min_size=1, max_size=20),
)
def test_any_request_can_be_tried(chosen: Any, body: bytes, headers: dict[str, str], target: bytes, secret: str):
    trial = trial_of(chosen, Request("POST", target, headers, body), {"signature": [secret]})
    assert trial.outcome in set(Outcome)
    assert trial.steps[-1].name == "answer"


PLAIN = st.characters(min_codepoint=35, max_codepoint=0x2FF, exclude_characters="\\")
"""JSON does not escape them, so that a secret in a document is seen."""


@given(DOCUMENTS, st.text(PLAIN, min_size=16, max_size=30))
def test_a_signature_over_any_document_is_found_and_no_secret_is_shown(document: object, secret: str):
    body = json.dumps(document).encode()
    assume(secret not in json.dumps(document, ensure_ascii=False))
    signature = hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()
    trial = trial_of(PROFILES[0], Request("POST", b"/", {"x-sig": signature}, body), {"signature": [secret]})
    shown = texts(trial)
    assert secret not in shown
    assert signature not in shown
    assert any('from = "header:x-sig"; hash = "sha512"' in line for one in trial.steps for line in one.advice)
