"""What the actions of the day should bring: answers to the senders, and events in the database."""

from collections.abc import Iterator, Sequence

from worker.cli.demo.couriers import COURIERS
from worker.cli.demo.script import Action, CourierScan, NewOrder, PlatformEvent, Replay, Scenario
from worker.cli.demo.shops import shop_of
from worker.domain.events import EventName
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome


def actions_of(day: Sequence[Scenario]) -> Iterator[tuple[Scenario, Action]]:
    """Yield each action of *day* with its scenario."""
    return ((scenario, at.action) for scenario in day for at in scenario.timetable)


def expected_answers(scenario: Scenario, action: Action) -> tuple[str, ...]:
    """Return the outcomes that the senders should get for *action*, one for each post."""
    match action:
        case NewOrder() if shop_of(scenario.order).platform_source:
            return ("accepted",)
        case PlatformEvent(answer=answer):
            return (answer,)
        case CourierScan(answer=answer, times=times):
            return (answer, *["duplicate"] * (times - 1))
        case _:
            return ()


def expected_events(scenario: Scenario, action: Action) -> tuple[tuple[OrderKey, str], ...]:
    """Return the events that *action* brings into the database, each with its order."""
    match action:
        case NewOrder() if shop_of(scenario.order).platform_source:
            return ((scenario.order, EventName.HINT),)
        case PlatformEvent(answer=DeliveryOutcome.ACCEPTED):
            return ((scenario.order, EventName.HINT),)
        case CourierScan(event=event, others=others, answer=DeliveryOutcome.ACCEPTED):
            orders = (scenario.order, *(scenario.order._replace(order_id=other) for other in others))
            return tuple((order, event) for order in orders)
        case Replay(event=event):
            return ((scenario.order, event),)
        case _:
            return ()


def replayed_sources(day: Sequence[Scenario]) -> tuple[str, ...]:
    """Return the source of each quarantined delivery that is replayed, and accepted then."""
    return tuple(COURIERS[action.kind].source for _, action in actions_of(day) if isinstance(action, Replay))
