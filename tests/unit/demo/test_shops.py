import pytest

from worker.cli.demo.script import NewOrder
from worker.cli.demo.shops import JAKARTA, RIYADH, SHOPS
from worker.order_api.platforms import PLATFORMS

COMPLETED = {"metadata": {"fulfillment": {"stage": "completed"}}}


def test_the_shops_are_at_different_platforms_and_every_sender_has_its_own_source():
    assert {shop.platform.name for shop in SHOPS.values()} == {*PLATFORMS}
    sources = [source for shop in SHOPS.values() for source in shop.senders]
    assert len(sources) == len(set(sources))


@pytest.mark.parametrize("shop", SHOPS.values(), ids=[*SHOPS])
def test_a_platform_posts_to_its_shop_if_it_posts_at_all(shop):
    assert bool(shop.platform_source) is PLATFORMS[shop.platform.name].posts_webhooks


@pytest.mark.parametrize(
    ("shop", "order", "position"),
    [
        (RIYADH, {"status": "accepted"}, "accepted"),
        (RIYADH, {"status": "delivered"}, "delivered"),
        (RIYADH, {"status": "completed"}, "completed"),
        (JAKARTA, {"status": "paid"}, "pending"),
        (JAKARTA, {"status": "processing"}, "accepted"),
        (JAKARTA, {"status": "delivered", "metadata": {}}, "delivered"),
        (JAKARTA, {"status": "delivered", **COMPLETED}, "completed"),
        (JAKARTA, {"status": "refunded", **COMPLETED}, "refunded"),
    ],
)
def test_a_platforms_status_is_read_as_our_position(shop, order, position):
    assert shop.platform.position(order) == position


def test_what_others_fill_in_is_in_the_platforms_own_fields():
    new_order = NewOrder(notes="call first", number="INV/1")
    assert RIYADH.platform.fields_of(new_order) == {
        "payment_status": "paid",
        "admin_notes": "call first",
        "order_number": "INV/1",
    }
    assert JAKARTA.platform.fields_of(NewOrder(tracking="T1")) == {
        "status": "paid",
        "metadata": {"campaign": "bazaar"},
        "notes": "gift wrap, please",
        "tracking_number": "T1",
    }
