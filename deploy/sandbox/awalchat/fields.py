"""The fields of an order at awalchat: those of an update, and those of a manual change."""

from deploy.sandbox.awalchat.steps import STATUSES
from deploy.sandbox.rules import DATE, Schema, integer, one_of, or_null, text

PAYMENT_STATUSES = ("paid", "unpaid")
# The documentation gives no limit. The sandbox has one, because a client must handle one.
NOTES_LIMIT = 2000

UPDATE: Schema = {
    "admin_notes": text(NOTES_LIMIT),
    "status": one_of(*STATUSES),
    "payment_status": one_of(*PAYMENT_STATUSES),
    "shipping_date": DATE,
    "delivery_date": DATE,
    "branch_id": integer(1),
}
# A manual change can set what the API cannot: nulls, and statuses that nobody documented.
ID = integer(1)
MANUAL: Schema = {
    "order_number": text(100),
    "status": text(64),
    "payment_status": one_of(*PAYMENT_STATUSES),
    "shipping_date": or_null(DATE),
    "delivery_date": or_null(DATE),
    "admin_notes": or_null(text(100_000)),
    "branch_id": or_null(integer(1)),
    "customer_id": or_null(integer(1)),
}
