"""What `up` runs and says besides its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


def _nothing() -> None: ...


@dataclass(frozen=True, slots=True)
class Extras:
    """More *processes*, as `Supervisor` takes them, and *on_poll*, which is called twice a second while they run.

    *guide* is printed below the banner, and *end_message* instead of that of `up`; both may be empty.
    """

    processes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    on_poll: Callable[[], None] = _nothing
    guide: str = ""
    end_message: str = ""
