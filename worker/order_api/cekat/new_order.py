"""The form of a new order (source: Cekat's API reference, "Create Order")."""

from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

from worker.order_api.clients import Form

MAX_ITEMS = 1000

Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Amount = Annotated[int | float, Field(ge=0, allow_inf_nan=False)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=1000)] | dict[str, JsonValue]


class Item(Form):
    """One line of an order."""

    product_id: Word
    """The product."""
    quantity: Annotated[int, Field(ge=1)]
    """The number of pieces."""
    price: Amount
    """The price of one piece."""
    name: Word | None = None
    """The name that the customer reads."""
    sku: Word | None = None
    """The merchant's own name of the product."""


class CekatOrder(Form):
    """A new order."""

    customer_id: Word
    """The customer who orders."""
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=MAX_ITEMS)]
    """The lines of the order."""
    total: Amount
    """The amount that the customer pays."""
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}\\z")] = "USD"
    """The currency, three capital letters."""
    shipping_address: Address | None = None
    """The address for the parcels."""
    billing_address: Address | None = None
    """The address for the invoice."""
    notes: Annotated[str, StringConstraints(max_length=2000)] | None = None
    """Notes for people."""
    metadata: dict[str, JsonValue] | None = None
    """Data for programs."""
