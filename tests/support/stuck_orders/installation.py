"""An installation of four accounts in which orders get stuck.

Waits of hours and days end without waiting: `pass_time` makes everything in the database older.
"""

import io
import json
import os
import re
import shlex
import signal
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stdout
from itertools import pairwise
from typing import Any, TypeAlias
from unittest.mock import patch

from tests.support.console import ConsoleInstallation
from tests.support.courier import Courier, hint_document
from tests.support.installation import HMAC_SECRET, Sandbox, account_at
from tests.support.local_http import local_client
from tests.support.programs import Program, free_port, until
from tests.support.stuck_orders.faces import Faces, plain
from worker.cli.main import run
from worker.domain.instants import HOUR, MINUTE, Duration, Instant
from worker.store.tables import metadata

KEYLESS, PAUSED, TIGHT = "keyless", "paused", "tight"
"""An account with a wrong secret, one whose platform wants a pause, and one that may make few calls."""
ACCOUNTS = (KEYLESS, PAUSED, TIGHT)
LATEBOX = "whsec_acceptance_latebox"
"""The secret with which the courier `latebox` signs."""
LATE = 'profile = "courier"\naccount = "main"\nallow = ["shipment"]\n'
WRONG = {
    "sources.courier": 'allow = ["shipment.created", "shipment.picked_up", "shipment.delivered", "shipment.returned"]',
    "sources.latebox": LATE + 'secrets = ["whsec_of_somebody_else"]',
    "accounts.keyless": 'hmac_secret = "whsec_of_last_year"',
}
RIGHT = {
    "sources.courier": 'allow = ["shipment"]',
    "sources.latebox": f'{LATE}secrets = ["{LATEBOX}"]',
    "accounts.keyless": f'hmac_secret = "{HMAC_SECRET}"',
    "accounts.main.statuses": 'packed = "accepted"',
}
"""The tables of the settings file: with what makes orders stuck, and as the advice corrects them."""
Check: TypeAlias = Mapping[str, str]
"""One check of `doctor`."""
_AGED = ("orders", "events", "writes", "audit_log", "deliveries", "holds", "account_log", "refusals")
"""The tables in which time passes. In the others are heartbeats, locks and budgets, which end by themselves."""
_INSTANTS = {
    name: [column.name for column in metadata.tables[name].columns if re.search("(_at|_since)$", column.name)]
    for name in _AGED
}
_INSTANTS["orders"] += ["due", "not_before"]
_INSTANTS["holds"] += ["since", "until", "next_probe"]
_INSTANTS["audit_log"] += ["at"]
_INSTANTS["account_log"] += ["at"]


class StuckInstallation(ConsoleInstallation):
    """The installation. *sandboxes* and *couriers* are by account; *latebox* is another courier of `main`."""

    def __init__(self) -> None:
        self.ports = {account: free_port() for account in ACCOUNTS}
        super().__init__()
        self.sandboxes = {"main": self.sandbox}
        self.couriers = {"main": self.courier}
        for account, port in self.ports.items():
            self.add_platform(port, f"sandbox of {account}")
            self.sandboxes[account] = Sandbox(port)
            self.couriers[account] = Courier(self.url, account, f"whsec_acceptance_{account}")
        self.latebox = Courier(self.url, "latebox", LATEBOX)
        self.out_of_calls = ""

    def _settings(self, platform_port: int) -> dict[str, str]:
        settings = super()._settings(platform_port)
        for account, port in self.ports.items():
            name = account.upper()
            settings |= account_at(port, name)
            settings[f"SOURCES__{name}__SECRETS"] = f"whsec_acceptance_{account}"
            settings[f"SOURCES__{name}__PROFILE"] = "courier"
            settings[f"SOURCES__{name}__ACCOUNT"] = account
        del settings["ACCOUNTS__KEYLESS__HMAC_SECRET"]
        self.write_settings(WRONG)
        return settings | {
            "CONFIG": str(self.folder / "own.toml"),
            "REDIS_URL": f"unix://{self.data_dir}/valkey.sock",
            "ACCOUNTS__MAIN__SETTLE": "30m",
            "ACCOUNTS__TIGHT__CALLS_PER_MINUTE": "10",
            "SOURCES__COURIER__ACCOUNT": "main",
            "SOURCES__AWALCHAT__ACCOUNT": "main",
        }

    def write_settings(self, tables: Mapping[str, str]) -> None:
        """Write the settings file."""
        text = "\n\n".join(f"[{name}]\n{lines}" for name, lines in tables.items())
        file = self.folder / "own.toml"
        file.touch(mode=0o600)
        file.write_text(f"{text}\n")

    def start(self) -> None:
        """Start everything."""
        self.open(*(each for each in self.programs.values()))

    def restart(self, *programs: Program) -> None:
        """End *programs* and start them again, as an operator does who has changed the settings."""
        for program in programs:
            program.send(signal.SIGTERM)
        for program in programs:
            assert program.exit_code() == 0
            program.start()

    def close(self) -> None:
        super().close()
        for sandbox in self.sandboxes.values():
            sandbox.close()
        for courier in (*self.couriers.values(), self.latebox):
            courier.close()

    # --------------------------------------------------------------------------------------------------------- orders

    def shows(self, order_id: int | str, account: str = "main", **fields: object) -> None:
        """Create an order at the platform, which is accepted unless *fields* say otherwise."""
        self.sandboxes[account].order(order_id, **{"status": "accepted", **fields})

    def knows(self, order_id: int) -> None:
        """Create an order of `main` at the platform, and let it tell us."""
        self.shows(order_id)
        self.hint(order_id)
        self.settles(order_id)

    def hint(self, order_id: int) -> None:
        """Let the platform say that the order has changed."""
        assert self.awalchat.post(hint_document(order_id)).is_success

    def order(self, order_id: int | str, account: str = "main") -> dict[str, Any]:
        """Return the row in the database of an order, or of a number that `courier` has named; empty without one."""
        names = {"id": str(order_id), "number": str(order_id).replace("number:", "number@courier:")}
        query = "SELECT * FROM orders WHERE account = :account AND order_id IN (:id, :number)"
        rows = self.rows(query, account=account, **names)
        return rows[0] if rows else {}

    def settles(self, order_id: int) -> None:
        """Wait until nothing is left to do for the order."""
        until(lambda: (row := self.order(order_id)) and row["due"] is None, what=f"{order_id} settles")

    # ----------------------------------------------------------------------------------------------------------- time

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Freeze the worker at a moment without a lease."""
        until(self._freeze, what="the worker is frozen")
        try:
            self.beat()
            yield
        finally:
            self.worker.send(signal.SIGCONT)

    def _freeze(self) -> bool:
        # Whoever has the lock of the database knows that the worker does not have it.
        with closing(sqlite3.connect(self.data_dir / "fulfillment.db", timeout=30, isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            if lock.execute("SELECT 1 FROM orders WHERE lease_until IS NOT NULL LIMIT 1").fetchone():
                return False
            self.worker.send(signal.SIGSTOP)
            until(self.worker.is_frozen, what="each thread is frozen")
            return True

    def beat(self) -> None:
        """Write the heartbeat of the frozen worker, which must not look dead while a slow command looks at it."""
        soon = _now() + 5 * MINUTE
        self.rows("UPDATE workers SET seen_at = :soon, scheduled_at = :soon", soon=soon)

    def pass_time(self, duration: Duration) -> None:
        """Let *duration* pass: everything in the database is older after that."""
        with self.frozen():
            for table, columns in _INSTANTS.items():
                changes = ", ".join(f'"{column}" = "{column}" - :duration' for column in columns)
                self.rows(f"UPDATE {table} SET {changes}", duration=duration)  # noqa: S608 - our own names

    def put_off(self, *waits: str) -> bool:
        """Let no order that waits for one of *waits* be due within the hour.

        Chooses `out_of_calls`: an order that waits for its budget. Returns False if there is none.
        """
        for wait in waits:
            self.rows("UPDATE orders SET due = :at WHERE waiting = :wait", at=_now() + HOUR, wait=wait)
        found = self.rows("SELECT order_id FROM orders WHERE waiting = 'budget'")
        self.out_of_calls = found[0]["order_id"] if found else ""
        return bool(found)

    def is_due(self, account: str = "main") -> bool:
        """Tell whether an order of *account* is due or leased."""
        query = "SELECT 1 FROM orders WHERE account = :account AND (lease_until IS NOT NULL OR due <= :now)"
        return bool(self.rows(query, account=account, now=_now()))

    def pass_long_time(self, steps: int, step: Duration = 11 * MINUTE) -> None:
        """Let time pass step by step; in each, the worker reconciles the orders of `main` that are due."""
        for _ in range(steps):
            until(lambda: not self.is_due(), what="no order is due")
            self.pass_time(step)
        until(lambda: not self.is_due(), what="no order is due")

    # ---------------------------------------------------------------------------------------------------------- faces

    def here(self, *arguments: str) -> str:
        """Run a command that only looks in the test's own process, and return what it has printed."""
        printed = io.StringIO()
        with patch.dict(os.environ, self.environ, clear=True), redirect_stdout(printed):
            assert run(arguments) == 0, (arguments, printed.getvalue())
        return printed.getvalue()

    def doctor(self) -> list[Check]:
        """Return the checks of `doctor`."""
        checks: list[Check] = json.loads(self.run("doctor", "--json").stdout)["checks"]
        return checks

    def ask(self, key: str) -> Faces:
        """Ask `orders explain` and the console about an order."""
        answer = json.loads(self.here("orders", "explain", key, "--json"))["answer"]
        text = self.here("orders", "explain", key)
        with local_client(self.console_url) as console:
            page = console.get("/orders/-", params={"order": key})
        assert page.status_code == 200
        return Faces(answer, plain(text), plain(page.text))

    def follow(self, command: str, order: str = "") -> None:
        """Run *command* as it was printed, with a reason, and with *order* for its placeholder."""
        words = shlex.split(command)
        assert words.pop(0) == "fulfillment", command
        reasoned = ["as advised" if before == "--reason" else word for before, word in pairwise(["", *words])]
        result = self.run(*(order if word == "ORDER" else word for word in reasoned))
        assert result.returncode == 0, (command, result.stdout, result.stderr)


def _now() -> Instant:
    return time.time_ns() // 1000
