"""What an explanation knows besides its sentences, as values for programs."""

from dataclasses import asdict, dataclass

from worker.domain.overview.snapshot import AuditEntry, Hold, Snapshot, UnusedDelivery
from worker.operations.explain.holds import next_probe, own_cause
from worker.operations.explain.stopped import stopped_before
from worker.operations.explain.today import TodaysSettings
from worker.operations.instants import iso


@dataclass(frozen=True, slots=True)
class Facts:
    """*own_cause* is what the order waits for beside the *holds* of its account. *next_probe* may lift one of them.

    *stopped_before* is the latest act that has lifted a stop for the same reason. *unused* are the deliveries about the
    order that were not used; those whose ids are in *usable* would be by today's settings.
    """

    own_cause: str = ""
    holds: tuple[Hold, ...] = ()
    next_probe: int | None = None
    stopped_before: AuditEntry | None = None
    unused: tuple[UnusedDelivery, ...] = ()
    usable: frozenset[int] = frozenset()

    def document(self) -> dict[str, object]:
        """Return the facts as JSON values. The keys are a contract."""
        before = self.stopped_before
        return {
            "own_cause": self.own_cause or None,
            "holds": [_hold(hold) for hold in self.holds],
            "next_probe": iso(self.next_probe),
            "stopped_before": {**asdict(before), "at": iso(before.at)} if before else None,
            "unused": [{**_delivery(each), "usable": each.id in self.usable} for each in self.unused],
        }


def facts_of(snapshot: Snapshot, settings: TodaysSettings) -> Facts:
    """Return the facts about the order in *snapshot*."""
    return Facts(
        own_cause=own_cause(snapshot) if snapshot.row.held else "",
        holds=snapshot.row.held,
        next_probe=next_probe(snapshot),
        stopped_before=stopped_before(snapshot) if snapshot.row.stop else None,
        unused=snapshot.unused,
        usable=frozenset(settings.usable),
    )


def _hold(hold: Hold) -> dict[str, object]:
    times = {name: iso(getattr(hold, name)) for name in ("since", "until", "next_probe")}
    return asdict(hold) | times


def _delivery(delivery: UnusedDelivery) -> dict[str, object]:
    times = {"received_at": iso(delivery.received_at), "replayed_at": iso(delivery.replayed_at)}
    return asdict(delivery) | times
