"""The fields of an order at Cekat: those of an update, of a creation, and of a manual change."""

from deploy.sandbox.cekat.steps import STATUSES
from deploy.sandbox.rules import OBJECT, Schema, array_of, either, integer, matching, number, one_of, or_null, text

# The documentation gives no limits. The sandbox has some, because a client must handle them.
NOTES_LIMIT = 2000
ITEMS_LIMIT = 1000
HISTORY_LIMIT = 1000
_NAME = text(200)
_MONEY = number(0, 10**12)
_ADDRESS = either(OBJECT, text(2000))
_CURRENCY = matching("[A-Z]{3}", "must be a currency of three capital letters")
_ITEM: Schema = {
    "product_id": _NAME,
    "name": _NAME,
    "quantity": integer(1, 10**6),
    "price": _MONEY,
    "sku": _NAME,
}
_ITEM_REQUIRED = ("product_id", "quantity", "price")

UPDATE: Schema = {
    "status": one_of(*STATUSES),
    "tracking_number": _NAME,
    "tracking_url": text(2000),
    "notes": text(NOTES_LIMIT),
    "metadata": OBJECT,
    "shipping_address": _ADDRESS,
}
CREATION: Schema = {
    "customer_id": _NAME,
    "items": array_of(_ITEM, _ITEM_REQUIRED, 1, ITEMS_LIMIT),
    "total": _MONEY,
    "currency": _CURRENCY,
    "shipping_address": _ADDRESS,
    "billing_address": _ADDRESS,
    "notes": text(NOTES_LIMIT),
    "metadata": OBJECT,
}
CREATION_REQUIRED = ("customer_id", "items", "total")

# A manual change can set what the API cannot: nulls, and statuses that nobody documented.
ID = either(matching("[A-Za-z0-9_-]{1,64}", "must be 1 to 64 of A-Z, a-z, 0-9, _ and -"), integer(0))
MANUAL: Schema = {
    "order_number": text(100),
    "status": text(64),
    "customer_id": or_null(_NAME),
    "items": array_of(_ITEM, _ITEM_REQUIRED, 0, ITEMS_LIMIT),
    "total": _MONEY,
    "currency": _CURRENCY,
    "tracking_number": or_null(_NAME),
    "tracking_url": or_null(text(2000)),
    "notes": or_null(text(100_000)),
    "metadata": OBJECT,
    "shipping_address": or_null(_ADDRESS),
    "billing_address": or_null(_ADDRESS),
    "payment_status": or_null(text(64)),
    "status_history": array_of({"status": text(64), "timestamp": text(64)}, ("status", "timestamp"), 0, HISTORY_LIMIT),
}
