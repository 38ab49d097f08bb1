"""The two shops, as data: whose orders they are, and how their platforms say things. Only here is a platform named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from worker.cli.demo.script import Placed
from worker.domain.documents import field_at
from worker.domain.orders import OrderKey
from worker.domain.stages import Stage


@dataclass(frozen=True, slots=True)
class Idiom:
    """How one platform says things.

    *spell* gives an order's id as its documents hold it. *payments* are the fields of a new order that is paid, or is
    not; *notes* is the field that people write into. *words* are its statuses that are not our words. *completion* is
    the dotted path to where an order is called completed, if its status is not that place. *harms* are the
    sandbox's counts of what a client has destroyed.
    """

    platform: str
    spell: Callable[[str], int | str]
    payments: Mapping[str, Mapping[str, object]]
    notes: str
    harms: tuple[str, ...]
    words: Mapping[str, str] = field(default_factory=dict)
    completion: str = "status"

    def position(self, order: Mapping[str, object]) -> str:
        """Say in our words where *order* stands, from its fields on the platform's own pages."""
        status = str(order["status"])
        position = self.words.get(status, status)
        completed = position == Stage.DELIVERED and field_at(dict(order), self.completion) == Stage.COMPLETED
        return Stage.COMPLETED if completed else position

    def new_order(self, placed: Placed) -> dict[str, object]:
        """Give the fields that others write into a new order."""
        known = {"order_number": placed.number, "tracking_number": placed.tracking}
        written = {name: value for name, value in known.items() if value}
        return {**self.payments[placed.payment], self.notes: placed.notes, **written}


@dataclass(frozen=True, slots=True)
class Shop:
    """One merchant's account, with a sandbox in place of its platform.

    Account and sandbox share *keys*, and a secret under the name of *proof*; *settings* are the account's alone,
    *options* the sandbox's. *base_path* is that of the order API. The shop's courier posts to the source *courier*;
    the platform to the source *hooks*, if it posts anything.
    """

    account: str
    idiom: Idiom
    proof: str
    courier: str
    hooks: str = ""
    base_path: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def sources(self) -> dict[str, str]:
        """Who posts for this shop, each with the profile that it speaks."""
        return ({self.hooks: self.idiom.platform} if self.hooks else {}) | {self.courier: "courier"}

    @property
    def sandbox(self) -> str:
        """The name of the process that stands in for its platform."""
        return f"{self.account}-sandbox"


RIYADH = Shop(
    account="riyadh",
    idiom=Idiom(
        platform="awalchat",
        spell=int,
        payments={"paid": {"payment_status": "paid"}, "unpaid": {"payment_status": "unpaid"}},
        notes="admin_notes",
        harms=("unpaid_by_default",),
    ),
    proof="HMAC_SECRET",
    courier="courier",
    hooks="awalchat",
    base_path="/api/v1",
    keys={"DOMAIN": "demo-shop", "CLIENT_ID": "demo-client", "PHONE_NUMBER_ID": "123456"},
    settings={"TIMEZONE": "Asia/Riyadh", "COMPLETE_AFTER": "1s"},
)

JAKARTA = Shop(
    account="jakarta",
    idiom=Idiom(
        platform="cekat",
        spell=str,
        payments={"paid": {"status": "paid", "metadata": {"campaign": "bazaar"}}},
        notes="notes",
        harms=("notes_lost", "metadata_lost"),
        words={"paid": "pending", "processing": "accepted"},
        completion="metadata.fulfillment.place",
    ),
    proof="API_KEY",
    courier="kurir",
    # Completed with its delivery, in one write: nothing is set for that.
    settings={"TIMEZONE": "Asia/Jakarta", "CALLS_PER_MINUTE": "1000"},
    options={"RATE_LIMIT": "1000"},
)

SHOPS: Mapping[str, Shop] = {shop.account: shop for shop in (RIYADH, JAKARTA)}


def shop_of(order: OrderKey) -> Shop:
    """Return the shop whose order it is."""
    return SHOPS[order.account]
