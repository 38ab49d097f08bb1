"""Options and arguments of the commands for deliveries."""

from ipaddress import ip_address
from typing import Any

import click

from worker.cli.options import SHORT_TEXT, WholeNumber
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


class _Address(click.ParamType[str]):
    """An IP address, in the form in which the database has it."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        try:
            address = ip_address(value)
        except ValueError:
            self.fail("write an IP address, such as 203.0.113.5 or 2001:db8::5.", param, ctx)
        return str(getattr(address, "ipv4_mapped", None) or address)


OUTCOME = click.option("--outcome", type=_StoredOutcome(), default=None, help="Only deliveries with this outcome.")
REPLAYABLE = click.option(
    "--outcome",
    type=click.Choice([DeliveryOutcome.QUARANTINED.value, DeliveryOutcome.STALE.value]),
    default=None,
    help="Deliveries with this outcome.",
)
PEER = click.option("--peer", type=_Address(), default=None, help="Only deliveries that came from this IP address.")
SINCE = click.option("--since", default=None, metavar="TIME", help="Received since: 2h, or 2026-11-28T09:00 (UTC).")
NOTE = click.option(
    "--note",
    type=SHORT_TEXT,
    default="replayed",
    help="Why you do it, in one sentence for people who ask later. Here, --reason chooses deliveries.",
)
REASON = click.Choice([reason.value for reason in QuarantineReason])
DELIVERY_ID = click.argument("delivery_id", metavar="ID", type=WholeNumber(1, MAX_ID))
OPTIONAL_ID = click.argument("delivery_id", metavar="[ID]", type=WholeNumber(1, MAX_ID), required=False)
