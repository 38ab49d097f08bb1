"""From a message, a task and its arguments are taken, and nothing else; what is no wake-up is dropped with its flaw."""

import base64
import json
import zlib
from contextlib import suppress
from typing import Any

import kombu.compression
import kombu.utils.json
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.forging import ARGUMENTS, entry, headers
from worker.queue.celery_config import make_celery
from worker.queue.consumer import rewritten
from worker.queue.envelope import MAX_ENVELOPE_BYTES, read_envelope
from worker.queue.messages import MAX_BODY_BYTES, PRUNE, RECONCILE, Call, Flaw, NoWakeUp, read_call

JSON = ("application/json", "utf-8")
DECODED = {"__type__": "decimal", "__value__": "abc"}
"""kombu's own reader fails for it."""
ANYTHING = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=8)


def flaw_of(body: object = ARGUMENTS, content_type: str = JSON[0], encoding: str = JSON[1], **changes: Any) -> Flaw:
    with pytest.raises(NoWakeUp) as refused:
        read_call(headers(**changes), body, content_type, encoding)
    return refused.value.flaw


@pytest.mark.parametrize("body", [ARGUMENTS, ARGUMENTS.decode(), bytearray(ARGUMENTS), memoryview(ARGUMENTS)])
def test_a_wake_up_is_read(body):
    assert read_call(headers(), body, *JSON) == Call(RECONCILE, ("main", "1"), None)
    assert read_call(headers(task=PRUNE), b"[[], {}, null]", *JSON) == Call(PRUNE, (), None)


@pytest.mark.parametrize(
    ("flaw", "changes"),
    [
        (Flaw.ENCODED, {"compression": "zlib"}),
        (Flaw.TASK, {"task": None}),
        (Flaw.TASK, {"task": ["fulfillment.reconcile"]}),
        (Flaw.TASK, {"task": "celery.backend_cleanup"}),
        (Flaw.ETA, {"eta": "2126-01-01T00:00:00+00:00"}),
        (Flaw.ETA, {"eta": 0}),
        (Flaw.EXPIRES, {"expires": 1}),
        (Flaw.EXPIRES, {"expires": "soon"}),
        (Flaw.EXPIRES, {"expires": "2026-01-01T00:00:00"}),
        (Flaw.EXPIRES, {"expires": "2026-01-01T00:00:00+00:00" + " " * 100}),
        (Flaw.ENCODED, {"content_type": "application/x-python-serialize"}),
        (Flaw.ENCODED, {"encoding": "binary"}),
        (Flaw.BODY, {"body": None}),
        (Flaw.BODY, {"body": b"\xff"}),
        (Flaw.BODY, {"body": b"5"}),
        (Flaw.BODY, {"body": b"[" * 4_000}),
        (Flaw.BODY, {"body": b'[["main", ' + b"9" * 1_000 + b"], {}, {}]"}),
        (Flaw.BODY, {"body": b'[["main", "\\ud800"], {}, {}]'}),
        (Flaw.TOO_LARGE, {"body": b" " * (MAX_BODY_BYTES + 1)}),
        (Flaw.ARGUMENTS, {"body": b'[["main"], {}, {}]'}),
        (Flaw.ARGUMENTS, {"body": b'[["main", 1], {}, {}]'}),
        (Flaw.ARGUMENTS, {"body": b'[["main", ""], {}, {}]'}),
        (Flaw.ARGUMENTS, {"body": b'[["main", "1\\n2"], {}, {}]'}),
        (Flaw.ARGUMENTS, {"body": b'[["main", "' + b"1" * 600 + b'"], {}, {}]'}),
        (Flaw.ARGUMENTS, {"body": b'[["main", "1"], {"x": 1}, {}]'}),
    ],
)
def test_what_is_no_wake_up_has_a_flaw(flaw, changes):
    assert flaw_of(**changes) == flaw


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is slow to draw
@given(ANYTHING, ANYTHING, st.dictionaries(st.sampled_from(["task", "eta", "expires", "id", "x"]), ANYTHING))
def test_no_message_makes_the_reader_fail(body, kind, changes):
    for headers_of_any_kind in (headers(**changes), body):
        for content in (body, json.dumps(body, default=str).encode(errors="replace")):
            try:
                read_call(headers_of_any_kind, content, kind, "utf-8")
            except NoWakeUp:
                continue


def test_celery_gets_nothing_of_a_message_but_the_call():
    class Message:
        headers, properties, body = {"callbacks": [1], "timelimit": [0.001, 0.001]}, {"reply_to": "x"}, b"forged"

    message = rewritten(Message(), Call(RECONCILE, ("main", "1"), None))
    assert json.loads(message.body) == [["main", "1"], {}, {}]
    assert set(message.properties) == {"correlation_id"}
    assert (message.headers["eta"], message.headers["timelimit"]) == (None, (None, None))
    assert "callbacks" not in message.headers


def test_an_envelope_as_kombu_writes_it_is_accepted_and_kombu_gets_the_wake_up_of_it_alone():
    written = kombu.utils.json.loads(read_envelope(entry(shadow=DECODED).encode()))
    assert base64.b64decode(written["body"]) == ARGUMENTS
    assert written["headers"] == {"task": RECONCILE, "compression": None, "eta": None, "expires": None}
    assert set(written["properties"]) == {"delivery_tag", "delivery_info", "body_encoding"}


@given(st.recursive(ANYTHING | st.just(DECODED), lambda parts: st.dictionaries(st.text(), parts), max_leaves=5))
def test_kombu_reads_whatever_is_left_of_an_envelope(part):
    for name in ("headers", "properties", "content-type", "other"):
        document = json.loads(entry())
        values = part if isinstance(part, dict) else {"task": part}
        document[name] = document[name] | values if name in {"headers", "properties"} else part
        with suppress(NoWakeUp):
            kombu.utils.json.loads(read_envelope(json.dumps(document).encode()))


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "5",
        "[]",
        "{}",
        "[" * 9_000,
        '{"properties": null}',
        entry(properties={"delivery_tag": ["x"]}),
        entry(properties={"delivery_tag": "x" * 65}),
        entry(properties={"delivery_info": {}}),
        entry(properties={"body_encoding": "rot13"}),
        entry().replace('"body": "', '"body": "%%'),
        entry().replace('"headers": {', '"headers": [], "other": {'),
        entry(b" " * MAX_ENVELOPE_BYTES),
        entry(task=DECODED),
        entry(expires=DECODED),
        entry(properties={"delivery_info": DECODED}),
        entry().replace('"application/json"', json.dumps(DECODED)),
    ],
)
def test_another_envelope_is_refused(forged):
    with pytest.raises(NoWakeUp):
        read_envelope(forged.encode())


def test_nothing_is_decompressed():
    make_celery("memory://")
    for kind in kombu.compression.encoders():
        with pytest.raises(ValueError, match="not decompressed"):
            kombu.compression.decompress(zlib.compress(b"x"), kind)


def test_remote_control_is_off():
    assert make_celery("memory://").conf.worker_enable_remote_control is False
