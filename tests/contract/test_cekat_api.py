"""What only Cekat has, against its sandbox."""

from contextlib import closing

import pytest

from tests.support.sandbox_account import SandboxAccount, sandbox
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
    """The URL of a sandbox that answers in the second of the two documented shapes."""
    with sandbox("--answers", "other", platform="cekat") as url:
        yield url


def take(account, stage, **of_step):
    """Take a step, and return what the answer shows, or a read if the answer is partial."""
    reading = account.api.read("1")
    step = Step(stage, AT, **of_step)
    answer = account.api.write("1", account.api.compose(step, reading, with_note=True))
    return account.api.read("1") if answer.partial else answer


def test_delivery_and_completion_are_one_write_when_completion_follows_at_once(account):
    account.order(status="paid", metadata={"crm": {"id": 42}}, notes="hubungi dulu")
    reading = account.api.read("1")
    for stage in STAGES[1:-1]:
        step = Step(stage, AT, tracking=PARCEL, completes=stage is Stage.DELIVERED)
        reading = account.api.write("1", account.api.compose(step, reading, with_note=True))
    assert (reading.position, reading.partial) == (Stage.DELIVERED, True)
    assert account.api.read("1").position is Stage.COMPLETED
    document = account.order_document()
    assert (document["status"], document["notes"]) == ("delivered", "hubungi dulu")
    assert (document["tracking_number"], document["tracking_url"]) == PARCEL[0]
    assert document["metadata"].pop("fulfillment")["stage"] == "completed"
    assert document["metadata"] == {"crm": {"id": 42}}
    assert (account.totals()["reads"], account.totals()["writes"], account.harm()) == (2, 3, 0)


def test_a_later_completion_writes_only_our_own_key(account):
    account.order(status="delivered", metadata={"crm": 1})
    assert take(account, Stage.COMPLETED).position is Stage.COMPLETED
    document = account.order_document()
    assert (document["status"], document["metadata"]["crm"], account.harm()) == ("delivered", 1, 0)
    assert [entry["status"] for entry in document["status_history"]] == ["delivered"]


def test_the_old_mark_of_completion_does_not_complete_an_order_that_was_moved_back(account):
    account.order(status="delivered")
    take(account, Stage.COMPLETED)
    account.control("PATCH", "/orders/1", status="shipped")
    assert account.api.read("1").position is Stage.SHIPPED
    assert take(account, Stage.DELIVERED).position is Stage.DELIVERED


def test_a_completed_order_that_is_refunded_later_is_refunded(account):
    account.order(status="delivered")
    take(account, Stage.COMPLETED)
    account.control("PATCH", "/orders/1", status="refunded")
    assert account.api.read("1").position == "refunded"


def test_a_tracking_number_that_somebody_else_wrote_stays(account):
    account.order(status="processing", tracking_number="HAND1", notes="ring")
    take(account, Stage.SHIPPED, tracking=PARCEL)
    document = account.order_document()
    assert (document["tracking_number"], document["notes"]) == ("HAND1", f"ring\nTracking: {' '.join(PARCEL[0])}")


def test_a_created_order_gets_its_tracking_number_although_it_is_shown_without_one(account):
    order_id = account.orders_client.creation.create(CekatOrder.model_validate(NEW | {"metadata": {}})).order_id
    shown = account.orders_client.show(order_id).document
    assert not {"tracking_number", "tracking_url", "metadata", "status_history"} & shown.keys()
    for stage in (Stage.ACCEPTED, Stage.SHIPPED):
        update = account.api.compose(Step(stage, AT, tracking=PARCEL), account.api.read(order_id), with_note=True)
        account.api.write(order_id, update)
    document = account.control("GET", f"/orders/{order_id}").json()
    assert (document["tracking_number"], document["tracking_url"]) == PARCEL[0]
    assert document["notes"] == NEW["notes"]


def test_nothing_that_an_answer_does_not_show_is_overwritten(account):
    account.order(status="paid", notes="hubungi dulu", tracking_number="HAND1")
    answer = account.api.write("1", {"status": "processing", "notes": "hubungi dulu"})
    assert (answer.notes, answer.tracking) == (None, "HAND1")
    account.control("PATCH", "/orders/1", tracking_number=None)
    answer = account.api.write("1", {"status": "shipped"})
    assert (answer.notes, answer.tracking) == (None, None)
    sent = account.api.compose(Step(Stage.DELIVERED, AT, tracking=PARCEL), answer, with_note=True)
    assert not sent.keys() & {"notes", "tracking_number", "tracking_url"}


def test_an_order_is_found_by_exactly_its_tracking_number(account):
    for order_id, tracking in (("a", "TRK1"), ("b", "TRK10"), ("c", None)):
        account.order(id=order_id, tracking_number=tracking)
    assert account.api.find(Reference("tracking", "TRK1")) == ("a",)
    account.control("PATCH", "/orders/b", order_number="")
    assert account.api.find(Reference("number", "b")) == ("b",)
    account.order(id="d", order_number="b")
    account.control("PATCH", "/orders/b", order_number="other")
    assert account.api.find(Reference("number", "b")) == ("d",)


def test_an_order_of_the_other_shape_takes_every_stage(other_url, client):
    with closing(SandboxAccount(other_url, client, "cekat")) as account:
        account.order(status="paid")
        assert [take(account, stage).position for stage in STAGES[1:]] == list(STAGES[1:])
        assert account.api.read("1").position is Stage.COMPLETED
        assert account.harm() == 0


@pytest.mark.parametrize("orders", [0, 3, 4, 9])
def test_a_list_of_either_shape_is_read_to_its_end(account, other_url, client, orders):
    with closing(SandboxAccount(other_url, client, "cekat")) as other:
        other.control("POST", "/reset")
        for each in (account, other):
            for number in range(orders):
                each.order(id=f"ord-{number}")
            pages = each.orders_client.pages(CekatFilters(page_size=3))
            ids = [order.order_id for page in pages for order in page.orders]
            assert ids == [f"ord-{number}" for number in range(orders)]


def test_an_order_is_created_with_every_field_and_can_be_read(account):
    created = account.orders_client.creation.create(CekatOrder.model_validate(NEW))
    assert (created.reading.position, created.reading.number) == (Stage.PENDING, created.document["order_number"])
    assert {name: created.document[name] for name in NEW} == NEW
    assert account.api.read(created.order_id).notes == "hubungi dulu"


def test_the_refusal_of_a_new_order_is_quoted(account):
    with pytest.raises(Rejected, match="total") as refused:
        account.orders_client.creation.create(CekatOrder.model_validate(NEW | {"total": 10**13}))
    assert refused.value.code
