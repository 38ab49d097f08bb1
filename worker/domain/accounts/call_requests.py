"""What asks for calls, and what it gets: the requests and grants of an account's call budget."""

from dataclasses import dataclass
from enum import StrEnum

from worker.domain.accounts.call_state import Taken
from worker.domain.accounts.observations import Observation
from worker.domain.instants import Duration


class CallUse(StrEnum):
    """What calls are for."""

    ORDERS = "orders"
    """Reconciliations. They leave a small reserve for operators."""
    SCAN = "scan"
    """Scans get at most a tenth of the limit."""
    UNKNOWN = "unknown"
    """Orders that the platform was asked for and does not have. They get at most a tenth of the limit."""
    OPERATOR = "operator"
    """Commands. They get a tenth of the limit before orders, and of the rest what orders leave."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request for *calls*. The caller gives *unused* calls of an earlier one back with it.

    Calls that replace as many unused ones are granted at once, because they count already. A caller that *continues*
    has made calls just now, which would be wasted if it waited: it need not keep to the pace, but those after it do.
    """

    calls: int = 1
    use: CallUse = CallUse.ORDERS
    unused: Taken | None = None
    continues: bool = False
    yields: bool = False
    """Orders come first. `acquire` sets it for operators who have used their share up."""
    ahead: bool = False
    """The process may take more calls for its next orders, if nobody waits: one call of `AHEAD` a minute."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An observation, and how long ago it was made."""

    observation: Observation
    age: Duration


@dataclass(frozen=True, slots=True)
class Grant:
    """The calls that were granted; none means: ask again after *wait*."""

    taken: Taken
    wait: Duration = 0
    age: Duration = 0
    """How long ago the calls were taken."""
    ahead: int = 0
    """How many more were taken at the same instant, for the next orders of the process."""
