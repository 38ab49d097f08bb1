"""What authenticates a delivery in its body is on no page and in no output, for whoever looks at it."""

import json
from collections.abc import Iterator

import pytest

from tests.support.commands import Commands
from tests.support.console_user import ConsoleUser
from tests.support.events import a_delivery, an_event
from tests.support.good_settings import GOOD
from tests.support.harness import Harness, order_key
from worker.application.deliveries.masking import mask_of
from worker.processes.redaction import REDACTED
from worker.settings import load_settings

TOKEN = "Bearer oto-token/of-these tests"
SOURCES = {
    "FULFILLMENT_SOURCES__OTO__PROFILE": "oto",
    "FULFILLMENT_SOURCES__OTO__SECRETS__TOKEN": TOKEN,
}
SIGNATURE = "c2lnbmVkIGJ5IE9UTw=="
BODY = json.dumps({"orderId": "7", "status": "delivered", "signature": SIGNATURE, "note": TOKEN}).encode()


@pytest.fixture
def delivery(fulfillment: Commands, harness: Harness) -> int:
    """The id of a delivery of `oto` with its signature and a secret in the body, of an order."""
    fulfillment.set(SOURCES)
    receipt = harness.intake.write(a_delivery(an_event(order=order_key(7)), source="oto", body=BODY))
    assert receipt.delivery_id
    return receipt.delivery_id


@pytest.fixture
def user(harness: Harness) -> Iterator[ConsoleUser]:
    user = ConsoleUser(harness.database, **SOURCES)
    yield user
    user.parts.close()


def is_masked(shown: str) -> bool:
    return shown.count(REDACTED) == 2 and "delivered" in shown and SIGNATURE not in shown and TOKEN not in shown


def test_no_page_shows_it(user: ConsoleUser, delivery: int):
    for path in (f"/deliveries/{delivery}", "/orders/main/7"):
        assert is_masked(user.get(path)), path


def test_no_command_prints_it(fulfillment: Commands, delivery: int):
    assert is_masked(fulfillment("deliveries", "show", str(delivery)).out)
    document = json.loads(fulfillment("deliveries", "show", str(delivery), "--json").out)
    assert is_masked(document["body"])


@pytest.mark.parametrize(
    "body", [b"", b"not json", b'{"signature": 1, "note": "%s"}' % TOKEN.encode(), b'{"a":1,"a":1}']
)
def test_of_every_body_the_secrets_are_masked(body: bytes):
    mask = mask_of(load_settings(GOOD | SOURCES), "oto", body)
    assert TOKEN not in mask(body.decode())
    assert mask(f"x {TOKEN} y") == f"x {REDACTED} y"
