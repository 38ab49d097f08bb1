"""What Cekat alone has, against its sandbox."""

from contextlib import closing

import pytest

from tests.support.merchant import Merchant, sandbox
from worker.domain.errors import Rejected
from worker.domain.instants import SECOND
from worker.domain.orders import Reference
from worker.domain.results import Step
from worker.domain.stages import STAGES, Stage
from worker.order_api.cekat.client import CekatFilters
from worker.order_api.cekat.new_order import CekatOrder

AT = 1_795_294_800 * SECOND
PARCEL = (("TRK1", "https://courier.example/TRK1"),)
NEW = {
    "customer_id": "cus_1",
    "items": [{"product_id": "p1", "name": "Kemeja", "quantity": 2, "price": 10.5, "sku": "S1"}],
    "total": 21,
    "currency": "IDR",
    "shipping_address": {"city": "Bandung"},
    "billing_address": "Jl. Braga 1",
    "notes": "hubungi dulu",
    "metadata": {"crm": {"id": 42}},
}


@pytest.fixture(scope="module")
def platform():
    return "cekat"


@pytest.fixture(scope="module")
def other_url():
    """A sandbox that answers in the other one of the two documented shapes."""
    with sandbox("--answers", "other", platform="cekat") as url:
        yield url


def take(merchant, stage, **of_step):
    reading = merchant.orders.read("1")
    step = Step(stage, AT, **of_step)
    return merchant.orders.write("1", merchant.orders.compose(step, reading, noted=True))


def test_delivery_and_completion_are_one_write_where_nothing_lies_between(merchant):
    merchant.order(status="paid", metadata={"crm": {"id": 42}}, notes="hubungi dulu")
    reading = merchant.orders.read("1")
    for stage in STAGES[1:-1]:
        step = Step(stage, AT, tracking=PARCEL, completes=stage is Stage.DELIVERED)
        reading = merchant.orders.write("1", merchant.orders.compose(step, reading, noted=True))
    assert reading.position is merchant.orders.read("1").position is Stage.COMPLETED
    shown = merchant.shown()
    assert (shown["status"], shown["notes"]) == ("delivered", "hubungi dulu")
    assert (shown["tracking_number"], shown["tracking_url"]) == PARCEL[0]
    assert shown["metadata"].pop("fulfillment")["stage"] == "completed"
    assert shown["metadata"] == {"crm": {"id": 42}}
    assert (merchant.totals()["reads"], merchant.totals()["writes"], merchant.harm()) == (2, 3, 0)


def test_completion_later_is_a_write_of_our_own_key_alone(merchant):
    merchant.order(status="delivered", metadata={"crm": 1})
    assert take(merchant, Stage.COMPLETED).position is Stage.COMPLETED
    shown = merchant.shown()
    assert (shown["status"], shown["metadata"]["crm"], merchant.harm()) == ("delivered", 1, 0)
    assert [entry["status"] for entry in shown["status_history"]] == ["delivered"]


def test_an_order_moved_back_after_its_completion_is_completed_anew_or_not_at_all(merchant):
    merchant.order(status="delivered")
    take(merchant, Stage.COMPLETED)
    merchant.do("PATCH", "/orders/1", status="shipped")
    assert merchant.orders.read("1").position is Stage.SHIPPED
    assert take(merchant, Stage.DELIVERED).position is Stage.DELIVERED


def test_an_order_that_was_completed_and_then_refunded_is_refunded(merchant):
    merchant.order(status="delivered")
    take(merchant, Stage.COMPLETED)
    merchant.do("PATCH", "/orders/1", status="refunded")
    assert merchant.orders.read("1").position == "refunded"


def test_tracking_of_others_stays(merchant):
    merchant.order(status="processing", tracking_number="HAND1")
    take(merchant, Stage.SHIPPED, tracking=PARCEL)
    shown = merchant.shown()
    assert (shown["tracking_number"], shown["notes"]) == ("HAND1", f"Tracking: {' '.join(PARCEL[0])}")


def test_an_order_is_found_by_its_very_tracking_number(merchant):
    for order_id, tracking in (("a", "TRK1"), ("b", "TRK10"), ("c", None)):
        merchant.order(id=order_id, tracking_number=tracking)
    assert merchant.orders.find(Reference("tracking", "TRK1")) == ("a",)
    merchant.do("PATCH", "/orders/b", order_number="")
    assert merchant.orders.find(Reference("number", "b")) == ("b",)
    merchant.order(id="d", order_number="b")
    merchant.do("PATCH", "/orders/b", order_number="other")
    assert merchant.orders.find(Reference("number", "b")) == ("d",)


def test_an_order_of_the_other_shape_walks_as_well(other_url, client):
    with closing(Merchant(other_url, client, "cekat")) as merchant:
        merchant.order(status="paid")
        assert [take(merchant, stage).position for stage in STAGES[1:]] == list(STAGES[1:])
        assert merchant.orders.read("1").position is Stage.COMPLETED
        assert merchant.harm() == 0


@pytest.mark.parametrize("orders", [0, 3, 4, 9])
def test_a_list_of_either_shape_is_read_to_its_end(merchant, other_url, client, orders):
    with closing(Merchant(other_url, client, "cekat")) as other:
        other.do("POST", "/reset")
        for each in (merchant, other):
            for number in range(orders):
                each.order(id=f"ord-{number}")
            pages = each.book.pages(CekatFilters(page_size=3))
            found = [shown.order_id for page in pages for shown in page.orders]
            assert found == [f"ord-{number}" for number in range(orders)]


def test_an_order_is_created_with_every_field_and_can_be_walked(merchant):
    created = merchant.book.creation.create(CekatOrder.model_validate(NEW))
    assert (created.reading.position, created.reading.number) == (Stage.PENDING, created.document["order_number"])
    assert {name: created.document[name] for name in NEW} == NEW
    assert merchant.orders.read(created.order_id).notes == "hubungi dulu"


def test_what_the_platform_refuses_to_create_is_quoted(merchant):
    with pytest.raises(Rejected, match="total") as refused:
        merchant.book.creation.create(CekatOrder.model_validate(NEW | {"total": 10**13}))
    assert refused.value.code
