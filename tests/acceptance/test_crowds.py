"""A thousand strangers without a secret at the receiver's process: honest deliveries are answered within seconds."""

import pytest

from tests.support.courier import event_document
from tests.support.installation import Installation
from tests.support.programs import until
from tests.support.strangers import Crowd, room_for_files

STRANGERS = 1000
"""More than the receiver takes connections."""
TINY = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 50
FORGED = (
    b"POST /webhooks/courier HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nX-Timestamp: 1706193000\r\n"
    b"X-Awal-Signature-256: sha256=" + b"0" * 64 + b"\r\n\r\n{}"
)
UNKNOWN = b"POST /webhooks/nobody HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture(scope="module")
def installation(build) -> Installation:
    room_for_files(2 * STRANGERS)
    built: Installation = build()
    built.open(built.platform, built.valkey, built.receiver)
    return built


@pytest.mark.parametrize(
    ("number", "first", "drip"),
    [(1, TINY, TINY), (2, FORGED, b""), (3, UNKNOWN, UNKNOWN), (4, b"POST /webhooks/courier HTTP/1.1\r\nX: ", b"x")],
    ids=["who send many requests and read nothing", "with forged signatures", "at unknown sources", "who are slow"],
)
def test_strangers_keep_no_delivery_out(installation: Installation, number: int, first: bytes, drip: bytes):
    with Crowd(installation.port, STRANGERS, first, drip=drip):
        for n in range(5):
            document = event_document(f"evt_{number}_{n}", "shipment.created", 100 * number + n)
            response = installation.courier.post(document)
            assert (response.status_code, response.elapsed.total_seconds() < 40) == (202, True)


def test_after_them_the_receiver_goes_on_and_has_no_defect_to_report(installation: Installation):
    assert installation.get("/healthz").status_code == 200
    until(lambda: "connections_closed" in installation.receiver.log, what="the receiver says so")
    assert "Traceback" not in installation.receiver.log
