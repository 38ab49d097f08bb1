"""The overview: what needs a person, where the orders stand, what comes in, and whether all parts work."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from flask import Flask, render_template

from worker.application.overview import OverviewLook
from worker.console.links import cause_url
from worker.console.parts import Parts
from worker.console.presentation.filters import common_zone
from worker.console.presentation.kinds import KIND_OF_VERDICT, STATES
from worker.console.presentation.traffic import OUTCOMES, traffic_chart
from worker.domain.instants import DAY
from worker.domain.overview.order_states import OrderStates
from worker.domain.reasons import DeliveryOutcome, QuarantineReason, StopReason
from worker.domain.stages import STAGES
from worker.operations.phrases import meaning_of
from worker.store.queries.causes import Cause

MAX_CAUSES = 12


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage, with its number of orders in each of `STATES`; the name is empty for orders that no read has shown."""

    stage: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """The number of all orders at the stage."""
        return sum(self.counts)


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the page to *app*."""
    zone = common_zone({name: account.timezone for name, account in parts.context.settings.accounts.items()})

    def overview() -> str:
        look = parts.figures.look()
        return render_template(
            "overview.html",
            look=look,
            zone=zone,
            causes=[(cause, cause_url(cause)) for cause in _causes(look)],
            more_causes=len(look.needs_person.causes.causes) > MAX_CAUSES if look.needs_person else False,
            quarantined=look.needs_person.quarantined[:MAX_CAUSES] if look.needs_person else (),
            stages=list(stage_rows(look.orders.states)) if look.orders else [],
            states=STATES,
            chart=traffic_chart(look.traffic, zone) if look.traffic else None,
            senders=senders(look),
            stored=OUTCOMES,
            counted_only=(DeliveryOutcome.IGNORED, DeliveryOutcome.REFUSED),
            meaning_of_stop=partial(meaning_of, StopReason),
            meaning_of_quarantine=partial(meaning_of, QuarantineReason),
            kind_of_verdict=KIND_OF_VERDICT,
        )

    app.add_url_rule("/", view_func=overview, methods=["GET"])


def stage_rows(states: OrderStates, account: str = "") -> Iterator[StageRow]:
    """Yield a row for each stage that has orders, those that no read has shown first."""
    counts = states.by_stage(account)
    for stage in ("", *STAGES):
        row = StageRow(stage, tuple(counts.get((stage, state), 0) for state in STATES))
        if row.total:
            yield row


def senders(look: OverviewLook) -> list[tuple[str, Mapping[str, int]]]:
    """Return what each source has sent in the last day, by outcome, together with what was only counted, ever."""
    sums = look.traffic.sums(look.now - DAY) if look.traffic else {}
    names = sorted(name for name in {*sums, *look.counted} if name)
    return [(name, dict(sums.get(name, {})) | dict(look.counted.get(name, {}))) for name in names]


def _causes(look: OverviewLook) -> tuple[Cause, ...]:
    return tuple(look.needs_person.causes.causes[:MAX_CAUSES]) if look.needs_person else ()
