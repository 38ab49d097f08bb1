"""The independent checker: it trusts the record of the platforms' sandboxes, and the answers that senders got."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.storm import calls as rules
from tests.storm.expected import expected_stages, facts_by_order, stage_of
from tests.storm.journeys import Fate, PlannedOrder
from tests.storm.plan import Flaw, Plan
from tests.storm.senders import Answer

Report = Mapping[str, Any]
"""What a sandbox reports."""
SHOWN = 10
"""How many examples of each fault are shown."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, with at most `SHOWN` examples."""

    count: int
    examples: Sequence[str] = field(default_factory=tuple)


def faults(found: Sequence[object]) -> Fault:
    """Return *found* as a fault."""
    return Fault(len(found), tuple(map(str, found[:SHOWN])))


class Checker:
    """Judges a storm. *answers* are the last answers to all deliveries, *reports* those of the platforms by account."""

    def __init__(self, plan: Plan, answers: Sequence[Answer]) -> None:
        facts = facts_by_order(answers)
        self._answers = answers
        self.expected = {
            (order.account, order.order_id): expected_stages(order, facts.get(order, set())) for order in plan.orders
        }
        self.silent_orders = sum(order not in facts and order.fate is not Fate.CANCELLED for order in plan.orders)
        """How many orders the receiver has never heard of."""
        self._orders: dict[tuple[str, str], PlannedOrder] = {(o.account, o.order_id): o for o in plan.orders}

    def wrong_orders(self, reports: Mapping[str, Report]) -> Fault:
        """Return the orders that are not where they must be."""
        return faults(list(self._wrong_orders(reports)))

    def _wrong_orders(self, reports: Mapping[str, Report]) -> Iterator[str]:
        for account, report in reports.items():
            for order in report["orders"]:
                key = account, str(order["id"])
                stage = stage_of(account, order)
                if stage not in self.expected[key]:
                    fate = self._orders[key].fate
                    wanted = " or ".join(sorted(self.expected[key]))
                    yield f"{account}/{key[1]} ({fate}) is {stage}, and must be {wanted}"

    def last_right_at(self, reports: Mapping[str, Report]) -> int:
        """Return when the last order reached its stage by the service, in microseconds of the platforms' clock."""
        moves = (move["at"] for report in reports.values() for move in report["transitions"] if move["by"] == "api")
        return max(moves, default=0)

    def wrong_answers(self) -> Fault:
        """Return the deliveries whose answer is none that the contract has for them."""
        wrong = [answer for answer in self._answers if not _is_contract(answer)]
        return faults([f"{a.delivery.flaw or 'good'} {a.delivery.fact.event}: {a.code} {a.outcome}" for a in wrong])

    def unaccounted(self, deliveries: Mapping[int, str], events: Mapping[int, Sequence[str]]) -> Fault:
        """Return acknowledged deliveries that the database does not have with their outcome, and their event.

        *deliveries* are the outcomes, and *events* the results of the events, by the id of the delivery.
        """
        missing = [
            answer.delivery_id
            for answer in self._answers
            if answer.delivery_id is not None
            and (
                deliveries.get(answer.delivery_id) != answer.outcome
                or (answer.outcome == "accepted" and not events.get(answer.delivery_id))
            )
        ]
        return faults(missing)

    def unjustified_writes(self, reports: Mapping[str, Report]) -> Fault:
        """Return the writes that went back, skipped a stage, or were not justified by what the platform had shown."""
        return faults(
            [
                f"{account}/{order_id}: call {call['number']} asks for {call['status']}"
                for account, order_id, calls in _orders_of(reports)
                for call in rules.unjustified_writes(account, calls)
            ]
        )

    def illegal_moves(self, reports: Mapping[str, Report]) -> Fault:
        """Return the moves by the service that the platforms have recorded, and that are not one stage forward."""
        return faults(
            [
                f"{account}/{move['order_id']}: {move['from']} → {move['to']}"
                for account, report in reports.items()
                for move in report["transitions"]
                if move["by"] == "api" and not rules.is_one_stage(account, move["from"], move["to"])
            ]
        )

    def repeated_effects(self, reports: Mapping[str, Report]) -> Fault:
        """Return the writes of a step that had been confirmed."""
        return faults(
            [
                f"{account}/{order_id}: call {call['number']} asks for {call['status']} again"
                for account, order_id, calls in _orders_of(reports)
                for call in rules.repeated_effects(calls)
            ]
        )

    def overlaps(self, reports: Mapping[str, Report], tokens: Mapping[str, Sequence[str]]) -> Fault:
        """Return the orders with two calls at a time, and those whose writes alternate between two leases.

        *tokens* has the lease of each write of an order, in the sequence in which they were sent.
        """
        at_once = [
            f"{account}/{order_id}: calls {one['number']} and {other['number']}"
            for account, order_id, calls in _orders_of(reports)
            for one, other in rules.overlapping(calls)
        ]
        alternating = [order for order, sequence in tokens.items() if _alternates(sequence)]
        return faults([*at_once, *alternating])

    def beyond_limit(self, reports: Mapping[str, Report]) -> int:
        """Count the calls that a platform refused because the account had used up its limit."""
        return sum(rules.refused_by_limit(report["calls"]) for report in reports.values())

    def flaws(self) -> Counter[str]:
        """Count the deliveries with a flaw."""
        return Counter(answer.delivery.flaw for answer in self._answers if answer.delivery.flaw)


def _is_contract(answer: Answer) -> bool:
    match answer.delivery.flaw:
        case Flaw.NONE:
            return answer.code in {200, 202} and answer.outcome in {"accepted", "duplicate"}
        case Flaw.MALFORMED:
            return (answer.code, answer.outcome) == (202, "quarantined")
        case _:
            return answer.code == 401


def _orders_of(reports: Mapping[str, Report]) -> Iterator[tuple[str, str, Sequence[rules.Call]]]:
    for account, report in reports.items():
        for order_id, calls in rules.by_order(report["calls"]).items():
            yield account, order_id, calls


def _alternates(tokens: Sequence[str]) -> bool:
    """Tell whether a lease wrote again after another one had written."""
    runs = [token for token, before in zip(tokens, ("", *tokens), strict=False) if token != before]
    return len(runs) != len(set(runs))
