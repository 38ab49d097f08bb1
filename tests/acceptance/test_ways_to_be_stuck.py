"""Eighteen ways to be stuck: `explain`, `doctor` and the console say the same, and their advice moves the order.

All are made in one installation of real processes and asked at one moment. Then the settings are corrected as advised,
and each order is helped on.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from signal import SIGKILL

import pytest

from tests.acceptance.conftest import INSTALLATIONS
from tests.support.installation import FULFILLMENT
from tests.support.programs import until
from tests.support.stuck_orders.faces import Faces
from tests.support.stuck_orders.installation import RIGHT, Check, StuckInstallation
from tests.support.stuck_orders.troubles import each, sends, shown, shows
from tests.support.stuck_orders.ways import SHIPPED, WAYS, Way
from worker.domain.instants import HOUR, MINUTE

pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class Asked:
    """What was said at one moment: *faces* by way, the doctor's *checks*, and what the commands of its advice print."""

    installation: StuckInstallation
    faces: Mapping[str, Faces]
    checks: list[Check]
    printed: str

    def wrong(self, way: Way) -> list[Check]:
        """Return the checks that are not well, and have the name and the words of *way*."""
        named = [check for check in self.checks if check["check"] == way.check and check["verdict"] != "ok"]
        return [check for check in named if (way.words or way.cause) in check["sentence"]]


@pytest.fixture(scope="module")
def installation() -> Iterator[StuckInstallation]:
    with closing(StuckInstallation()) as built:
        INSTALLATIONS.append(built)
        built.start()
        yield built
    INSTALLATIONS.remove(built)


@pytest.fixture(scope="module")
def asked(installation: StuckInstallation) -> Asked:
    """What was said when the orders were stuck. Now the settings are corrected, and the platform is well again."""
    begin(installation)
    (found,) = until(lambda: [each for each in [ask(installation)] if each], 300, "an order without calls")
    correct(installation)
    return found


def begin(installation: StuckInstallation) -> None:
    """Make all orders stuck, and wait until they are."""
    for is_slow in (True, False):
        for way in WAYS.values():
            if way.slow is is_slow:
                way.begins(installation)
        if is_slow:
            installation.pass_long_time(9)
    for name, way in WAYS.items():
        until(partial(is_stuck, installation, way), 300, name)
    installation.pass_time(2 * MINUTE)  # what is younger than a minute is no backlog for the doctor


def is_stuck(installation: StuckInstallation, way: Way) -> bool:
    """Tell whether the database has what makes the order of *way* stuck."""
    account, _, order_id = way.key.partition("/")
    row = installation.order(order_id, account)
    if row and way.cause in {row["stop"], row["waiting"]}:
        return True
    of_others = (
        "SELECT 1 FROM holds WHERE account = :account AND reason = :cause",
        "SELECT 1 FROM orders WHERE order_id != :id AND account = :account AND waiting = :cause AND :id = '?'",
        "SELECT 1 FROM deliveries WHERE named = :key AND reason = :cause",
        "SELECT 1 FROM refusals WHERE 'source ' || source || ', refused' = :check",
    )
    values = {"account": account, "id": order_id, "cause": way.cause, "key": way.key, "check": way.check}
    return any(installation.rows(query, **values) for query in of_others)


def ask(installation: StuckInstallation) -> Asked | None:
    """Ask the three faces about all orders at one moment; None if no order waits for its budget at this moment."""
    with installation.frozen():
        if not installation.put_off("unauthorized", "api_unavailable", "budget"):
            return None
        checks = installation.doctor()
        faces = {}
        for name, way in WAYS.items():
            installation.beat()
            faces[name] = installation.ask(way.key.replace("?", installation.out_of_calls))
        stops = [check["advice"] for check in checks if check["check"] == "stopped orders" and check["advice"]]
        commands = [command for advice in stops for command in re.findall("`fulfillment (.*?)`", advice)]
        return Asked(installation, faces, checks, "".join(installation.here(*each.split()) for each in commands))


def correct(installation: StuckInstallation) -> None:
    """Correct the settings as advised, restart what has read them, and let the time pass that is to be waited for."""
    for sandbox in installation.sandboxes.values():
        sandbox.lift_faults()
    installation.write_settings(RIGHT)
    for key, sentence in NOW_KNOWN.items():
        assert sentence in installation.ask(key).text
        assert sentence in installation.ask(key).page
    installation.restart(installation.worker, installation.receiver)
    installation.pass_time(3 * HOUR)


NOW_KNOWN = {
    "main/4": "Today's settings know this status. Restart the workers",
    "main/15": "By today's settings it can be used: replay it.",
}
"""What is said of orders after the settings were corrected, and before they are read."""


@pytest.mark.parametrize("name", WAYS)
def test_the_faces_agree_and_their_advice_moves_the_order(asked: Asked, name: str) -> None:
    installation, way, faces = asked.installation, WAYS[name], asked.faces[name]
    answer = faces.answer
    assert (answer["who"], answer["cause"]) == (way.who, way.cause), answer
    assert way.why in answer["why"]
    assert faces.agree(), faces
    found = asked.wrong(way)
    assert bool(found) is bool(way.check), asked.checks
    if answer["command"]:
        advised = " ".join([asked.printed, *(check["advice"] for check in found)])
        assert " ".join(answer["command"].split()[:3]) in advised, "the doctor leads to the same act"
    if way.check == "stopped orders":
        assert faces.text.split()[0] in asked.printed, "the commands of the doctor's advice show the order"
    way.repaired(installation)
    if way.cause != "credentials":  # the restarted worker may have probed by itself with the corrected secret
        assert not (answer["command"] and way.moved(installation)), "the command is needed"
    named = re.findall("`(fulfillment .*?)`", answer["why"])
    for command in filter(None, (*named, answer["command"])):
        installation.follow(command, way.found)
    until(lambda: way.moved(installation), 400, name)


def test_what_the_doctor_says_of_an_order_is_said_of_no_order_that_is_well(asked: Asked) -> None:
    stuck_in = {way.check for way in WAYS.values()}
    parcels = WAYS["two parcels"].key
    assert not [check for check in asked.checks if check["check"] in stuck_in and parcels in check["sentence"]]


def test_an_order_whose_worker_is_dead_goes_on_with_the_advised_one(asked: Asked) -> None:
    installation = asked.installation
    installation.worker.send(SIGKILL)
    installation.worker.exit_code()
    each(shows(17), sends("picked_up", 17))(installation)
    installation.rows("UPDATE workers SET seen_at = seen_at - :hour", hour=HOUR)
    faces, checks = installation.ask("main/17"), installation.doctor()
    assert faces.answer["who"] == "operator"
    assert faces.answer["why"].startswith("No worker runs.")
    assert faces.agree(), faces
    (check,) = [check for check in checks if check["check"] == "workers"]
    assert (check["verdict"], check["sentence"].startswith("No worker runs, but ")) == ("fail", True)
    command = faces.answer["command"]
    assert f"`{command}`" in check["advice"]
    advised = installation.add("advised worker", (*FULFILLMENT, *command.split()[1:]), lambda: True)
    advised.start()
    until(lambda: shown(17, SHIPPED)(installation), 400)
