"""What `--dry-run` says before an act on one order: it refuses as the act itself does; else it says what follows."""

import pytest

from tests.support.events import KEY, an_event
from tests.support.operators import Operator
from tests.support.snapshots import SETTLED, snapshot
from worker.domain.events import OPERATOR
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.domain.policy import Policy
from worker.domain.stages import Stage
from worker.operations.acts import ActName
from worker.operations.foreseeing import NO_CHANGE, foresee, foresee_registration
from worker.operations.parcels.parcels import Parcel
from worker.operations.previews import Preview

POLICIES = {"main": Policy()}
ARRIVED = an_event("shipment.delivered", "A")
MISPRINT = an_event("shipment.created", "B", source=OPERATOR)


def foreseen(name: ActName, choice: str, *known: Snapshot, key: OrderKey = KEY, create: bool = False) -> Preview:
    operator = Operator(*known)
    preview = foresee(operator.operations, name, key, choice, POLICIES, create=create)
    assert operator.changed_nothing()
    return preview


@pytest.mark.parametrize(
    ("name", "choice", "known", "sentence"),
    [
        (ActName.ADVANCE, "shipped", snapshot(**SETTLED), "the platform is read, then asked for shipped"),
        (ActName.ASSIGN, "north", snapshot(**SETTLED), "the platform is read; no step is justified now"),
        (ActName.REMOVE_PARCEL, "B", snapshot(ARRIVED, MISPRINT, **SETTLED), "then asked for shipped, then delivered"),
        (ActName.DROP_PARCEL, "B", snapshot(ARRIVED, MISPRINT, **SETTLED), "then asked for shipped, then delivered"),
    ],
)
def test_each_act_is_foreseen_by_the_rules_of_the_worker(name, choice, known, sentence):
    assert sentence in foreseen(name, choice, known).sentence


@pytest.mark.parametrize(
    ("name", "choice", "message"),
    [
        (ActName.ADVANCE, "pending", "every order begins as pending"),
        (ActName.REMOVE_PARCEL, "A", "the courier has reported A"),
        (ActName.DROP_PARCEL, "A", "A has arrived"),
        (ActName.DROP_PARCEL, "C", "has no parcel “C”"),
    ],
)
def test_what_the_act_would_refuse_is_refused_in_the_same_words(name, choice, message):
    with Operator().refuses(message):
        foreseen(name, choice, snapshot(ARRIVED, **SETTLED))


@pytest.mark.parametrize("name", [ActName.ADVANCE, ActName.ASSIGN])
def test_an_act_that_creates_its_order_is_foreseen_without_one(name):
    choice = "shipped" if name is ActName.ADVANCE else "north"
    with Operator().refuses("to create it, add --create"):
        foreseen(name, choice)
    assert "the platform is read" in foreseen(name, choice, create=True).sentence


def test_a_reference_cannot_be_assigned():
    number = OrderKey("main", "number:ORD-1")
    with Operator().refuses("is a reference"):
        foreseen(ActName.ASSIGN, "north", key=number, create=True)


def test_the_removal_of_all_that_is_known_of_an_order_deletes_it():
    unseen = snapshot(MISPRINT, order={"stage": None, "read_at": None}, **SETTLED)
    assert foreseen(ActName.REMOVE_PARCEL, "B", unseen).sentence.startswith("the order is deleted")
    seen = snapshot(MISPRINT, **SETTLED)
    assert "deleted" not in foreseen(ActName.REMOVE_PARCEL, "B", seen).sentence


def test_a_completion_is_named_as_what_cannot_be_undone():
    shipped = snapshot(order={"stage": Stage.SHIPPED}, **SETTLED)
    assert foreseen(ActName.ADVANCE, "delivered", shipped).text.endswith("A completion cannot be undone.")


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ((), "the order is delivered when this parcel, too, has arrived"),
        ((snapshot(**SETTLED),), "the order is delivered when this parcel, too, has arrived"),
        (
            (snapshot(order={"stage": Stage.DELIVERED}),),
            "nothing waits for this parcel, because the order is delivered",
        ),
        ((snapshot(an_event("shipment.created", "TRK1")),), NO_CHANGE),
    ],
)
def test_a_registration_is_foreseen(known, sentence):
    operator = Operator(*known)
    preview = foresee_registration(operator.operations, KEY, Parcel("TRK1"), create=not known)
    assert (preview.sentence, operator.changed_nothing()) == (sentence, True)


def test_a_registration_that_would_be_refused_is_refused():
    with Operator().refuses("is no tracking number"):
        foresee_registration(Operator(snapshot()).operations, KEY, Parcel("!"))
    with Operator().refuses("to create it, add --create"):
        foresee_registration(Operator().operations, KEY, Parcel("TRK1"))
