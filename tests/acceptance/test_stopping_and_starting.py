"""The parts are stopped and started in any order: everything goes on, and every order is done once."""

from collections.abc import Callable, Iterator
from signal import SIGTERM

import pytest

from tests.support.courier import event_document
from tests.support.installation import Installation
from tests.support.kills import logs_are_clean
from tests.support.own_postgresql import OwnPostgresql, own_postgresql
from tests.support.programs import Program, until
from worker.processes.exits import UNREACHABLE

STOPS_WITHIN_SECONDS = 28
"""`fulfillment up` and systemd kill later than this."""
GOES_ON_WITHIN_SECONDS = 100

SEQUENCES = (
    # In these, each part is stopped before and after each other one, and started before and after each other one.
    ("receiver worker broker database", "database broker worker receiver"),
    ("database broker worker receiver", "receiver worker broker database"),
    ("worker database receiver broker", "broker receiver database worker"),
    ("broker worker database receiver", "worker database receiver broker"),
)


@pytest.fixture(scope="module")
def database() -> Iterator[OwnPostgresql]:
    yield from own_postgresql()


@pytest.fixture(scope="module")
def installation(database: OwnPostgresql, build: Callable[..., Installation]) -> Installation:
    installation: Installation = build(database.url)
    return installation.open()


def stop(program: Program) -> None:
    program.send(SIGTERM)
    assert program.exit_code(STOPS_WITHIN_SECONDS) in {0, UNREACHABLE}, program.output[-2000:]


def await_restarted(program: Program) -> None:
    """Wait until *program* is ready. Restart it, as a supervisor does, when it has ended because it has no database."""

    def is_ready() -> bool:
        if program.is_alive:
            return bool(program.is_ready())
        assert program.exit_code() == UNREACHABLE, program.output[-2000:]
        program.launch()
        return False

    until(is_ready, GOES_ON_WITHIN_SECONDS, what=f"{program.name} is ready")


@pytest.mark.parametrize("number", range(len(SEQUENCES)), ids=[f"{stops} - {starts}" for stops, starts in SEQUENCES])
def test_the_parts_may_be_stopped_and_started_in_any_order(
    installation: Installation, database: OwnPostgresql, number: int
):
    stops, starts = (names.split() for names in SEQUENCES[number])
    programs = {"receiver": installation.receiver, "worker": installation.worker, "broker": installation.valkey}
    before, after = 2 * number + 1, 2 * number + 2
    for order_id in (before, after):
        installation.sandbox.order(order_id)
    installation.sandbox.fault("delay", seconds=0.3, times=4)
    document = event_document(f"evt_{before}", "shipment.delivered", before)
    assert installation.courier.post_until_acknowledged(document).status_code == 202

    for name in stops:
        database.stop() if name == "database" else stop(programs[name])
    for name in starts:
        database.start() if name == "database" else programs[name].launch()
    for program in programs.values():
        await_restarted(program)

    document = event_document(f"evt_{after}", "shipment.delivered", after)
    assert installation.courier.post_until_acknowledged(document).status_code == 202

    def are_completed() -> bool:
        return {installation.sandbox.seen(order_id)["status"] for order_id in (before, after)} == {"completed"}

    until(are_completed, GOES_ON_WITHIN_SECONDS, what="both orders are completed")
    until(installation.at_rest)
    assert installation.sandbox.totals()["illegal"] == 0
    assert logs_are_clean(installation.receiver, installation.worker)
