"""The first day: the doctor names what does not run and who is refused, and what it advises makes it well."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pytest

from tests.support.courier import Courier, event_document
from tests.support.installation import FULFILLMENT, SECRETS, Installation
from tests.support.programs import Program, until
from worker.domain.instants import MINUTE

NOTHING: Mapping[str, Any] = MappingProxyType({"verdict": "none", "sentence": "", "advice": ""})


@dataclass(frozen=True)
class Report:
    """What the doctor has found: its exit code, and its checks."""

    code: int
    checks: list[dict[str, Any]]

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        """Return the worst check of this name."""
        named = [check for check in self.checks if check["check"] == name]
        worst = ("fail", "warn", "ok")
        return min(named, key=lambda check: worst.index(check["verdict"]), default=NOTHING)

    def verdicts(self, *names: str) -> list[str]:
        return [self[name]["verdict"] for name in names]


def doctor(installation: Installation, *options: str) -> Report:
    result = installation.run("doctor", "--json", *options)
    assert result.stdout, result.stderr
    return Report(result.returncode, json.loads(result.stdout)["checks"])


def awaited(
    installation: Installation, verdict: str, *names: str, words: str = "", options: tuple[str, ...] = ()
) -> Report:
    """Ask the doctor until each of these checks has this verdict, and these words; return its report."""

    def asked() -> Report | None:
        report = doctor(installation, *options)
        are_there = [report[name]["verdict"] == verdict and words in report[name]["sentence"] for name in names]
        return report if all(are_there) else None

    report = until(asked, 200, what=f"{names} {verdict} {words}")
    assert report
    return report


def advised(installation: Installation, advice: str, command: str) -> Program:
    """Return the program of an advised *command* that goes on running."""
    assert f"`fulfillment {command}`" in advice
    program = installation.add(f"advised {command}", (*FULFILLMENT, command), lambda: True)
    program.start()
    return program


PARTS = ("database", "broker", "receiver", "workers")


def test_a_new_installation_becomes_well_by_the_advised_commands(build: Callable[..., Installation]):
    installation = build()
    installation.platform.start()
    new = doctor(installation)
    assert new.code == 3
    assert new.verdicts(*PARTS) == ["fail", "fail", "fail", "none"]
    assert installation.run(*re.findall("`fulfillment (.*?)`", new["database"]["sentence"])).returncode == 0
    migrated = doctor(installation)
    assert migrated.verdicts(*PARTS) == ["ok", "fail", "fail", "warn"]
    advices = [migrated[part]["advice"] for part in PARTS[1:]]
    assert all("`fulfillment up`" in advice for advice in advices)
    up = advised(installation, advices[0], "up")
    well = awaited(installation, "ok", *PARTS)
    assert well["receiver"]["sentence"] == f"It answers at {installation.url}, and can write deliveries."
    awaited(installation, "ok", "workers", words=", its scheduler ran ")
    up.end()


def test_a_dead_worker_fails_at_any_age_and_the_advised_one_goes_on(build: Callable[..., Installation]):
    installation = build().open()
    awaited(installation, "ok", "workers")
    installation.worker.kill()
    installation.rows("UPDATE workers SET seen_at = seen_at - :minute", minute=MINUTE)
    installation.sandbox.order(1)
    event = event_document("evt_1", "shipment.delivered", 1)
    assert installation.courier.post_until_acknowledged(event).status_code == 202
    dead = awaited(installation, "fail", "workers", options=("--max-age", "90d"))
    assert dead.code == 1
    assert dead["workers"]["sentence"].startswith("No worker runs, but 1 order is due. The last one was ")
    worker = advised(installation, dead["workers"]["advice"], "worker")
    until(lambda: installation.sandbox.seen(1)["status"] == "completed")
    awaited(installation, "ok", "workers", "due orders")
    worker.end()


@pytest.fixture(scope="module")
def receiving(build: Callable[..., Installation]) -> Installation:
    installation = build()
    return installation.open(installation.platform, installation.valkey, installation.receiver)


def test_a_sender_with_a_wrong_secret_is_named_until_its_secret_is_right(receiving: Installation):
    wrong = Courier(receiving.url, "courier", "whsec_quite_another_secret")
    for number in range(3):
        assert wrong.post(event_document(f"evt_{number}", "shipment.delivered", number)).status_code == 401
    name = "source courier, refused"
    found = awaited(receiving, "warn", name, words="3 with a signature, token or password that fits no secret")[name]
    assert receiving.run(*re.findall("`fulfillment (.*?)`", found["advice"])[0].split()).returncode == 0
    right = Courier(receiving.url, "courier", SECRETS["courier"])
    assert right.post(event_document("evt_0", "shipment.delivered", 1)).status_code == 202
    awaited(receiving, "ok", name)
    for sender in (wrong, right):
        sender.close()


def test_a_sender_with_a_wrong_url_is_told_the_right_one(receiving: Installation):
    wrong = Courier(receiving.url, "curier", SECRETS["courier"])
    assert wrong.post(b"{}").status_code == 404
    found = awaited(receiving, "warn", "paths", words="/webhooks/curier (1, ")["paths"]
    assert "perhaps to /webhooks/courier." in found["advice"]
    wrong.close()
