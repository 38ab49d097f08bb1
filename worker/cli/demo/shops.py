"""The two shops, as data: their accounts, platforms and sources. The other modules of the demo name no platform."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from worker.cli.demo.couriers import COURIERS, Courier
from worker.cli.demo.script import NewOrder
from worker.cli.demo.senders import Sender
from worker.domain.documents import field_at
from worker.domain.orders import OrderKey
from worker.domain.stages import Stage


@dataclass(frozen=True, slots=True)
class Platform:
    """The facts about one platform that the demo needs.

    *encode_id* returns an order's id as a JSON value. *payments* has the fields of a paid and an unpaid new order.
    *notes_field* is the field for notes of people. *positions* has our word for each status that is not our word.
    *completion_path* is the dotted path of the field that shows the completion of a delivered order. *losses* are the
    sandbox's names for losses of data.
    """

    name: str
    encode_id: Callable[[str], int | str]
    payments: Mapping[str, Mapping[str, object]]
    notes_field: str
    losses: tuple[str, ...]
    positions: Mapping[str, str] = field(default_factory=dict)
    completion_path: str = "status"

    def position(self, order: Mapping[str, object]) -> str:
        """Return the position of *order*, in our words. *order* has the fields at the platform."""
        status = str(order["status"])
        position = self.positions.get(status, status)
        is_completed = position == Stage.DELIVERED and field_at(dict(order), self.completion_path) == Stage.COMPLETED
        return Stage.COMPLETED if is_completed else position

    def fields_of(self, new_order: NewOrder) -> dict[str, object]:
        """Return the fields at the platform that the customer and the merchant set in *new_order*."""
        names = {"order_number": new_order.number, "tracking_number": new_order.tracking}
        present = {name: value for name, value in names.items() if value}
        return {**self.payments[new_order.payment], self.notes_field: new_order.notes, **present}


@dataclass(frozen=True, slots=True)
class Shop:
    """One merchant's account, with a sandbox that simulates its platform.

    The account and the sandbox have the same *credentials*, and the same random secret in the setting *secret_name*.
    *settings* are more settings of the account, *options* more options of the sandbox. *base_path* is the path of the
    order API. The platform posts to the source *platform_source*, which is empty if the platform posts nothing.
    """

    account: str
    platform: Platform
    secret_name: str
    platform_source: str = ""
    base_path: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def couriers(self) -> tuple[Courier, ...]:
        """The couriers of this shop."""
        return tuple(courier for courier in COURIERS.values() if courier.account == self.account)

    @property
    def senders(self) -> dict[str, Sender]:
        """All who post about this shop's orders, by source."""
        platform = [Sender(self.platform_source, self.platform.name)] if self.platform_source else []
        couriers = [Sender(courier.source, courier.profile, courier.settings) for courier in self.couriers]
        return {sender.source: sender for sender in (*platform, *couriers)}

    @property
    def sandbox(self) -> str:
        """The name of the process that simulates its platform."""
        return f"{self.account}-sandbox"


RIYADH = Shop(
    account="riyadh",
    platform=Platform(
        name="awalchat",
        encode_id=int,
        payments={"paid": {"payment_status": "paid"}, "unpaid": {"payment_status": "unpaid"}},
        notes_field="admin_notes",
        losses=("unpaid_by_default",),
    ),
    secret_name="HMAC_SECRET",  # noqa: S106 - the name of the setting
    platform_source="awalchat",
    base_path="/api/v1",
    credentials={"DOMAIN": "demo-shop", "CLIENT_ID": "demo-client", "PHONE_NUMBER_ID": "123456"},
    settings={"TIMEZONE": "Asia/Riyadh", "COMPLETE_AFTER": "1s"},
)

JAKARTA = Shop(
    account="jakarta",
    platform=Platform(
        name="cekat",
        encode_id=str,
        payments={"paid": {"status": "paid", "metadata": {"campaign": "bazaar"}}},
        notes_field="notes",
        losses=("notes_lost", "metadata_lost"),
        positions={"paid": "pending", "processing": "accepted"},
        completion_path="metadata.fulfillment.stage",
    ),
    secret_name="API_KEY",  # noqa: S106 - the name of the setting
    # COMPLETE_AFTER stays 0, so that one write makes an order delivered and completed.
    settings={"TIMEZONE": "Asia/Jakarta", "CALLS_PER_MINUTE": "1000"},
    options={"RATE_LIMIT": "1000"},
)

SHOPS: Mapping[str, Shop] = {shop.account: shop for shop in (RIYADH, JAKARTA)}


def shop_of(order: OrderKey) -> Shop:
    """Return the shop whose order it is."""
    return SHOPS[order.account]
