"""What an event says about its parcel."""

import pytest

from tests.support.events import an_event
from worker.domain.orders import Reference


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({}, ()),
        ({"tracking": "TRK1"}, (Reference("tracking", "TRK1"),)),
        ({"shipment": "S1"}, (Reference("shipment", "S1"),)),
        ({"tracking": "A", "shipment": "A"}, (Reference("tracking", "A"), Reference("shipment", "A"))),
    ],
)
def test_an_event_names_its_parcel_by_its_tracking_number_and_by_its_shipment_id(fields, names):
    assert an_event("shipment.created", **fields).parcel_names == names
