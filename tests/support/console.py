"""An installation with a console."""

import subprocess
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Self

from tests.support.clock import Clock
from tests.support.events import a_delivery, an_event
from tests.support.harness import Harness
from tests.support.installation import FULFILLMENT, Installation
from tests.support.local_http import is_alive
from tests.support.programs import ROOT, Program, free_port
from worker.domain.instants import DAY
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import State
from worker.domain.reasons import QuarantineReason
from worker.store.database.clocks import machine_now
from worker.store.database.database import Database

WRITTEN = OrderKey("main", "90")
"""The order that `stock` reconciles."""
HEADERS = '{"content-type":"application/json","x-awal-signature-256":null}'
PASSWORDS = {"olga": "olga-reads-7-orders", "victor": "victor-looks-at-9-lists"}
"""The passwords of an operator and of a viewer."""


def stock(url: str) -> Mapping[State, OrderKey]:
    """Write an order in every state, one with a write, a reference, and deliveries of each outcome.

    Returns the orders by their state.
    """
    with closing(Database(url)) as database:
        harness = Harness(database, Clock(machine_now()))
        keys = harness.one_in_each_state()
        for state, key in keys.items():
            harness.change(key, number=f"ORD-{state}")
        harness.change(keys[State.LEASED], lease_until=harness.clock() + DAY)
        harness.receive(order=OrderKey("main", "number:1001"), key="reference")
        harness.accept("order.delivered", order=WRITTEN, key="written")
        harness.reconcile(WRITTEN)
        unknown = QuarantineReason.UNKNOWN_EVENT
        harness.intake.write(a_delivery(unusable=unknown, detail="XX9", named=WRITTEN, headers=HEADERS))
        harness.intake.write(a_delivery(an_event(key="late", order=WRITTEN), headers=HEADERS).as_stale())
        harness.intake.write(a_delivery(an_event(key="written", name="order.delivered", order=WRITTEN)))
        return keys


class ConsoleInstallation(Installation):
    """An installation with the process of the console. It has no users until `add_user`."""

    passwords = PASSWORDS

    def __init__(self, database_url: str = "", **settings: str) -> None:
        port = free_port()
        self.console_url = f"http://127.0.0.1:{port}"
        super().__init__(database_url, CONSOLE__LISTEN=f"127.0.0.1:{port}", **settings)
        self.console = self.add("console", (*FULFILLMENT, "console"), self.console_answers)

    def open(self, *programs: Program) -> Self:
        chosen = programs or (self.platform, self.valkey, self.receiver, self.worker, self.console)
        return super().open(*chosen)

    def console_answers(self) -> bool:
        """Tell whether the console is alive."""
        return is_alive(self.console_url)

    def add_user(self, name: str, role: str) -> str:
        """Add a user of the console, and return the password."""
        command = [*FULFILLMENT, "console", "users", "add", name, "--role", role, "--password-stdin"]
        added: Any = subprocess.run(
            command, env=self.environ, cwd=ROOT, input=PASSWORDS[name], capture_output=True, text=True, check=False
        )
        assert added.returncode == 0, added.stderr
        return PASSWORDS[name]
