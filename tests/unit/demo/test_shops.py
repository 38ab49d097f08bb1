import pytest

from worker.cli.demo.script import Placed
from worker.cli.demo.shops import JAKARTA, RIYADH, SHOPS
from worker.order_api.platforms import PLATFORMS

COMPLETED = {"metadata": {"fulfillment": {"stage": "completed"}}}


def test_the_shops_are_at_different_platforms_and_every_sender_has_a_source_of_its_own():
    assert {shop.idiom.platform for shop in SHOPS.values()} == {*PLATFORMS}
    sources = [source for shop in SHOPS.values() for source in shop.sources]
    assert len(sources) == len(set(sources))


@pytest.mark.parametrize("shop", SHOPS.values(), ids=[*SHOPS])
def test_a_platform_posts_to_its_shop_if_it_posts_at_all(shop):
    assert bool(shop.hooks) is PLATFORMS[shop.idiom.platform].posts_webhooks


@pytest.mark.parametrize(
    ("shop", "order", "standing"),
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
def test_a_platforms_words_are_read_as_ours(shop, order, position):
    assert shop.idiom.position(order) == position


def test_what_others_write_into_a_new_order_is_in_the_platforms_own_fields():
    placed = Placed(notes="call first", number="INV/1")
    assert RIYADH.idiom.new_order(placed) == {
        "payment_status": "paid",
        "admin_notes": "call first",
        "order_number": "INV/1",
    }
    assert JAKARTA.idiom.new_order(Placed(tracking="T1")) == {
        "status": "paid",
        "metadata": {"campaign": "bazaar"},
        "notes": "gift wrap, please",
        "tracking_number": "T1",
    }
