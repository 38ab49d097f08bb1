"""A few seconds of `make fuzz` at the HTTP server, always the same."""

from random import Random

from tests.fuzz import requests


def test_whatever_strangers_send_answers_are_documented_and_honest_deliveries_accepted():
    assert "202" in requests.run(Random(12), seconds=4.0)
