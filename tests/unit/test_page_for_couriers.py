"""The page for couriers says what the receiver understands; its examples are run by the acceptance tests."""

import json
import re

from tests.support.pages import COURIERS, example, first_words, part, table
from tests.support.signing import signature
from webhook_receiver.profiles import engine
from worker.domain.events import STAGE_OF, EventName
from worker.settings.sources import SourceSettings


def plain(cell: str) -> str:
    return cell.replace("`", "")


def test_every_event_of_a_courier_is_explained_by_its_place():
    told = dict(table(COURIERS, "| event |"))
    assert [plain(name) for name in told] == _by_family(
        [name.value for name in EventName if name is not EventName.HINT]
    )
    for name, stage in STAGE_OF.items():
        assert re.search(rf"\b(is {stage}|{stage};)", told[f"`{name.value}`"]), name


def _by_family(names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: name.startswith("order."))


def test_the_bounds_of_fields_are_the_readers_own():
    told = {plain(name): words for name, _, words in table(COURIERS, "| field |")}
    assert f"at most {engine.MAX_ID} characters" in told["id"]
    for number in ("data.order_number", "data.tracking_number"):
        assert f"at most {engine.MAX_NUMBER} characters" in told[number]
    assert f"1 to {engine.MAX_PARCELS}" in told["data.parcels"]
    defaults = SourceSettings.model_fields
    assert f"at most {defaults['max_body'].default // 1024} KiB" in part(COURIERS, "Other fields are ignored.")
    minutes = defaults["tolerance"].default.total_seconds() / 60
    assert f"at most {minutes:.0f} minutes off" in part(COURIERS, "## The signature")


def test_the_event_shown_has_every_field():
    shown = json.loads(example(COURIERS, "json", "## The event"))
    named = {plain(name).removeprefix("data.") for name in first_words(COURIERS, "| field |")}
    assert {*shown, *shown["data"]} - {"data"} == named


def test_the_test_vector_is_right():
    body = example(COURIERS, "json", "To check your own code").strip().encode()
    told = part(COURIERS, "To check your own code")
    secret, timestamp = re.findall(r"(?:secret|timestamp) `(\w+)`", told)[:2]
    path = re.findall(r"posted to `(\S+)`", told)[0]
    assert f"the {len(body)} bytes" in told
    assert example(COURIERS, "", "are signed with").strip() == signature(secret.encode(), "POST", path, timestamp, body)
