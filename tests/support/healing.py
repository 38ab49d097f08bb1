"""Deliveries that the commands heal: how they arrive, and what the doctor says of them."""

import json
from pathlib import Path

from tests.support.commands import Commands
from tests.support.harness import Harness
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.wiring import sources_of
from worker.settings import load_settings

SETTINGS = {
    "FULFILLMENT_SOURCES__OTO__SECRETS__SIGNATURE": "oto-secret",
    "FULFILLMENT_SOURCES__KIRIMINAJA__SECRETS": "a-kiriminaja-token",
    "FULFILLMENT_SOURCES__NEWBOX__PROFILE": "capture",
    "FULFILLMENT_SOURCES__NEWBOX__SECRETS": "a-token-of-sixteen-bytes",
}


def receive(harness: Harness, environ: dict[str, str], source: str, *documents: object) -> list[str]:
    """Write *documents* as the receiver does, and return the outcome of each."""
    its_format = format_of(sources_of(load_settings(environ))[source])
    bodies = [json.dumps(document).encode() for document in documents]
    return [harness.intake.write(its_format.read(body, harness.clock())).outcome for body in bodies]


def of_oto(word: str, number: int) -> dict[str, object]:
    return {"orderId": f"ORD-{number}", "status": word, "timestamp": str(1_795_737_600_000 + number)}


def checks(fulfillment: Commands, name: str) -> list[dict[str, str]]:
    return [check for check in fulfillment("doctor", "--json").document["checks"] if check["check"] == name]


def set_statuses(folder: Path, source: str, **statuses: str) -> None:
    table = ", ".join(f'{word} = "{event}"' for word, event in statuses.items())
    (folder / "own.toml").write_text(f"[sources.{source}]\nstatuses = {{ {table} }}\n")
