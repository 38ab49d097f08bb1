"""Options and arguments of the commands for deliveries."""

from typing import Any

import click

from worker.cli.options import WholeNumber
from worker.domain.reasons import STORED_OUTCOMES, DeliveryOutcome, QuarantineReason

MAX_ID = 2**63 - 1


class _StoredOutcome(click.Choice[str]):
    """An outcome of the deliveries that are stored. For the others, the message says where they are counted."""

    def __init__(self) -> None:
        super().__init__([outcome.value for outcome in STORED_OUTCOMES])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        if value in set(DeliveryOutcome) - set(STORED_OUTCOMES):
            self.fail(
                f"requests that are {value} are counted, not kept: `fulfillment doctor` shows how many were refused,"
                " and the metric fulfillment_deliveries counts them all.",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


OUTCOME = click.option("--outcome", type=_StoredOutcome(), default=None, help="Only deliveries with this outcome.")
REASON = click.Choice([reason.value for reason in QuarantineReason])
DELIVERY_ID = click.argument("delivery_id", metavar="ID", type=WholeNumber(1, MAX_ID))
OPTIONAL_ID = click.argument("delivery_id", metavar="[ID]", type=WholeNumber(1, MAX_ID), required=False)
