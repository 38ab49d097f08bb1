"""The catalogue of all that an operator can do. The command line and the console have exactly these acts.

Tests compare the commands and the console's forms with it, so that neither has an act that the other has not. What only
looks is no act; neither is what makes an installation, such as `secrets new`, or what plays another party, such as
`send` and `platform orders create`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """What an act changes."""

    ORDER = "order"
    DELIVERY = "delivery"
    ACCOUNT = "account"
    SOURCE = "source"


class ActName(StrEnum):
    """The acts. The word is that of the console's URL."""

    ADVANCE = "advance"
    RETRY = "retry"
    RELEASE = "release"
    CLOSE = "close"
    ASSIGN = "assign"
    FIND = "find"
    """Say which order a reference is."""
    ADD_PARCEL = "add-parcel"
    REMOVE_PARCEL = "remove-parcel"
    DROP_PARCEL = "drop-parcel"
    REPLAY = "replay"
    HOLD_ACCOUNT = "hold"
    RELEASE_ACCOUNT = "release-account"
    PROBE = "probe"
    SCAN = "scan"
    RENAME_SOURCE = "rename"


@dataclass(frozen=True, slots=True)
class ActDescription:
    """One act: what it applies to, its *label* on a button, and what it *does*, in a sentence.

    *command* is what follows `fulfillment` on the command line, with the option that makes it this act. *undone_by* is
    the command that takes it back; empty when none does. *many*: it can be done to all that match a choice.
    """

    subject: Subject
    label: str
    command: str
    does: str
    undone_by: str = ""
    many: bool = False


ACTS: Mapping[ActName, ActDescription] = {
    ActName.ADVANCE: ActDescription(
        Subject.ORDER,
        "Advance",
        "orders advance",
        "Says that the order has reached a stage. A worker takes the steps up to it at the platform, which has no way"
        " back.",
    ),
    ActName.RETRY: ActDescription(
        Subject.ORDER,
        "Retry now",
        "orders retry",
        "Lets a worker reconcile the order now. Nothing is acknowledged: the same events can stop it again.",
        many=True,
    ),
    ActName.RELEASE: ActDescription(
        Subject.ORDER,
        "Release",
        "orders release",
        "Lifts the stop, or opens a closed order. The present events cannot stop it again; newer ones can.",
        many=True,
    ),
    ActName.CLOSE: ActDescription(
        Subject.ORDER,
        "Close",
        "orders close",
        "Closes the order: nothing more is sent, and nobody is asked about it.",
        undone_by="orders release",
        many=True,
    ),
    ActName.ASSIGN: ActDescription(
        Subject.ORDER,
        "Assign",
        "orders assign",
        "Says which source carries the order, so that its news counts, and that of other couriers does not.",
        undone_by="orders assign",
    ),
    ActName.FIND: ActDescription(
        Subject.ORDER,
        "Say which order it is",
        "orders release --found",
        "Gives all events of this number to an order, which the platform must show. The number is not searched again.",
    ),
    ActName.ADD_PARCEL: ActDescription(
        Subject.ORDER,
        "Add a parcel",
        "parcels add",
        "Registers a parcel of the order: it is delivered when this parcel, too, has arrived.",
        undone_by="parcels remove",
    ),
    ActName.REMOVE_PARCEL: ActDescription(
        Subject.ORDER,
        "Remove a parcel",
        "parcels remove",
        "Takes back the registration of a parcel. What was written to the platform stays there.",
        undone_by="parcels add",
    ),
    ActName.DROP_PARCEL: ActDescription(
        Subject.ORDER,
        "Put a parcel away",
        "parcels drop",
        "The order does not wait for the parcel any more. If the parcel moves nevertheless, it counts again.",
    ),
    ActName.REPLAY: ActDescription(
        Subject.DELIVERY,
        "Replay",
        "deliveries replay",
        "Reads the delivery again with the present settings, and takes in what can be used. An event is taken in once.",
        many=True,
    ),
    ActName.HOLD_ACCOUNT: ActDescription(
        Subject.ACCOUNT,
        "Hold",
        "accounts hold",
        "Lets all orders of the account wait: no call is made to its platform.",
        undone_by="accounts release",
    ),
    ActName.RELEASE_ACCOUNT: ActDescription(
        Subject.ACCOUNT,
        "Lift the hold",
        "accounts release",
        "Lifts a hold of the account: its orders go on.",
        undone_by="accounts hold",
    ),
    ActName.PROBE: ActDescription(
        Subject.ACCOUNT,
        "Probe",
        "accounts probe",
        "Asks the platform now whether it answers and accepts the credentials. Nothing is written there.",
    ),
    ActName.SCAN: ActDescription(
        Subject.ACCOUNT,
        "Scan now",
        "scan",
        "Lists the account's orders at its platform now, and makes those due that differ. Nothing is written there.",
    ),
    ActName.RENAME_SOURCE: ActDescription(
        Subject.SOURCE,
        "Give its orders to its new name",
        "sources rename",
        "Gives the orders of a source to its new name in the settings.",
        undone_by="sources rename",
    ),
}
"""What each act is."""


def acts_on(subject: Subject) -> tuple[ActName, ...]:
    """Return the acts on *subject*, in the sequence in which people see them."""
    return tuple(name for name, act in ACTS.items() if act.subject is subject)


def act_of(command: str) -> ActName | None:
    """Return the act that a *command* of an advice does; None if it only looks, or is none of an operator."""
    words = command.split()
    named = [name for name, act in ACTS.items() if words[1 : 1 + len(_words(act))] == _words(act)]
    with_option = [name for name in named if _option(ACTS[name]) in words]
    without = [name for name in named if not _option(ACTS[name])]
    return next(iter((*with_option, *without)), None)


def _words(act: ActDescription) -> list[str]:
    return act.command.partition(" --")[0].split()


def _option(act: ActDescription) -> str:
    """Return the option that makes the command this act; empty if the command alone is it."""
    option = act.command.partition(" --")[2]
    return f"--{option}" if option else ""
