"""`fulfillment up --sandbox` as its user sees it: the orders come to where the text says, and its commands work."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.demos import assert_nothing_is_left, environment, temporary_folder
from tests.support.installation import FULFILLMENT
from tests.support.programs import Program, until
from worker.domain.instants import MINUTE

EXPECTED = {
    "1001": ("completed", "closed", ""),
    "1002": ("shipped", "settled", ""),
    "1003": ("pending", "settled", ""),
    "1004": ("shipped", "stopped", "shipment_returned"),
    "1005": ("accepted", "stopped", "refused"),
    "1006": ("shipped", "waiting", ""),
    "1007": ("accepted", "settled", ""),
    "1008": ("accepted", "settled", ""),
}
"""Stage, state and stop of each order."""


class Playground:
    """A running playground, and the commands that its text shows."""

    def __init__(self, temporary: Path, folder: Path) -> None:
        environ = environment(temporary, FULFILLMENT_ACCOUNTS__MINE__PLATFORM="nonsense")
        self.program = Program("up", [*FULFILLMENT, "up", "--sandbox"], environ, folder, self._is_ready)
        self._environ, self._temporary = {**environment(temporary)}, temporary

    def _is_ready(self) -> bool:
        return "worker_ready" in self.program.output

    def command(self, *words: str) -> str:
        """Run the command of the text that begins with *words*, and return its output."""
        lines = [line.strip() for line in self.program.output.splitlines()]
        [line] = [line for line in lines if re.match(rf"(\S*fulfillment )?{' '.join(words)}", line)]
        return self.run(re.sub(r"^\S*fulfillment ", f"{sys.executable} -P -m worker.cli ", line))

    def run(self, line: str) -> str:
        """Run a line in a shell, with the settings that the text names."""
        [export] = re.findall(r"export (FULFILLMENT_CONFIG=\S+)", self.program.output)
        shell = f"export {export}; {line}"
        ended = subprocess.run(["sh", "-c", shell], env=self._environ, capture_output=True, text=True, check=False)
        assert ended.stderr == "", ended.stderr
        return ended.stdout

    def let_a_minute_pass(self) -> None:
        """Make every read a minute older: a list may be a minute behind, so no scan compares what was read since."""
        (database,) = self._temporary.rglob("fulfillment.db")
        with closing(sqlite3.connect(database, 60)) as connection, connection:
            connection.execute("UPDATE orders SET read_at = read_at - ?", [MINUTE])

    def orders(self) -> dict[str, tuple[str, str, str]]:
        """Return the stage, the state and the stop of each order."""
        rows = map(json.loads, self.run(f"{sys.executable} -P -m worker.cli orders list --json").splitlines())
        return {row["order"]: (row["stage"] or "", row["state"], row["stop"] or "") for row in rows}


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    with temporary_folder() as temporary:
        playground = Playground(temporary, tmp_path_factory.mktemp("playground"))
        playground.program.start()
        try:
            until(lambda: playground.orders() == EXPECTED, 180, "every sample is where the text says")
            yield playground
        finally:
            playground.program.send(signal.SIGINT)
            assert playground.program.exit_code() == 0
            assert playground.program.output.endswith("All processes have ended, and the playground is deleted.\n")
            assert_nothing_is_left(temporary)


def test_the_order_that_the_platform_has_refused_is_released_and_moves(playground):
    assert "Branch is closed" in playground.command("orders explain")
    playground.command("orders release")
    until(lambda: playground.orders()["1005"] == ("shipped", "settled", ""), what="the order moves")


def test_an_event_that_is_sent_completes_an_order(playground):
    assert "accepted" in playground.command("send")
    until(lambda: playground.orders()["1002"] == ("completed", "closed", ""), what="the order moves")


def test_the_deliveries_that_were_not_accepted_are_shown(playground):
    assert "unknown_event" in playground.command("deliveries list")
    assert "signature" in playground.command("doctor")


def test_it_reads_no_setting_of_the_users_and_says_so(playground):
    assert "nonsense" not in playground.program.output
    assert "first unset FULFILLMENT_ACCOUNTS__MINE__PLATFORM" in playground.program.output


def test_a_payment_at_the_simulated_platform_is_found_by_a_scan(playground):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    playground.command("curl")
    playground.let_a_minute_pass()
    until(lambda: playground.orders()["1003"][0] == "accepted", what="the order moves")
