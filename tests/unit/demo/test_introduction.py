import pytest

from worker.cli.demo.couriers import COURIERS
from worker.cli.demo.introduction import introduction


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("open", ["X-Awal-Signature-256: the request", "shipment.picked_up"]),
        ("signed", ["signature: 3 fields", "Authorization: token", "pickedUp = picked_up"]),
        ("token", ["X-Demo-Token: token", "AY-0002 = picked_up"]),
        ("waybill", ["X-Demo-Secret: token", "picked = picked_up"]),
        ("batch", ["Authorization: token", "a list", "shipped_packages = picked_up"]),
    ],
)
def test_a_courier_has_one_line_that_tells_its_authentication_and_a_word(kind, facts):
    line = introduction(COURIERS[kind])
    assert line.split(maxsplit=1) == [COURIERS[kind].source, " · ".join(facts)]
    assert len(line) <= 80
