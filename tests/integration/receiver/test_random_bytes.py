"""A few seconds of `make fuzz` at the HTTP server, always the same."""

from random import Random

import pytest

from tests.fuzz import requests


def test_whatever_strangers_send_answers_are_documented_and_honest_deliveries_accepted(monkeypatch: pytest.MonkeyPatch):
    # A busy machine may pause between the connection and the bytes of an honest sender, and before its answer.
    monkeypatch.setattr(requests, "SHORT", requests.SHORT._replace(silence_seconds=1.0, answer_seconds=60.0))
    assert "202" in requests.run(Random(12), seconds=4.0)
