"""The page for couriers says what the receiver accepts. The acceptance tests run its examples."""

import json
import re

from tests.support.pages import COURIERS, example, first_words, part, plain, table
from tests.support.signing import signature
from webhook_receiver.profiles.engine import values
from worker.domain.events import STAGE_OF, EventName
from worker.settings.sources import SourceSettings


def test_every_event_of_a_courier_is_explained_with_its_stage():
    meanings = dict(table(COURIERS, "| event |"))
    assert [plain(name) for name in meanings] == _by_family(
        [name.value for name in EventName if name is not EventName.HINT]
    )
    for name, stage in STAGE_OF.items():
        assert re.search(rf"\bthe order is {stage}\b", meanings[f"`{name.value}`"]), name


def _by_family(names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: name.startswith("order."))


def test_the_bounds_of_the_fields_are_those_of_the_program():
    meanings = {plain(name): words for name, _, words in table(COURIERS, "| field |")}
    assert f"at most {values.MAX_ID} characters" in meanings["id"]
    for number in ("data.order_number", "data.tracking_number"):
        assert f"at most {values.MAX_NUMBER} characters" in meanings[number]
    assert f"1 to {values.MAX_PARCELS}" in meanings["data.parcels"]
    defaults = SourceSettings.model_fields
    assert f"at most {defaults['max_body'].default // 1024} KiB" in part(COURIERS, "Other fields are ignored.")
    minutes = defaults["tolerance"].default.total_seconds() / 60
    assert f"at most {minutes:.0f} minutes off" in part(COURIERS, "## The signature")


def test_the_event_shown_has_every_field():
    shown = json.loads(example(COURIERS, "json", "## The event"))
    names = {plain(name).removeprefix("data.") for name in first_words(COURIERS, "| field |")}
    assert {*shown, *shown["data"]} - {"data"} == names


def test_the_test_vector_is_right():
    body = example(COURIERS, "json", "To check your own code").strip().encode()
    text = part(COURIERS, "To check your own code")
    secret, timestamp = re.findall(r"(?:secret|timestamp) `(\w+)`", text)[:2]
    path = re.findall(r"posted to `(\S+)`", text)[0]
    assert f"the {len(body)} bytes" in text
    assert example(COURIERS, "", "are signed with").strip() == signature(secret.encode(), "POST", path, timestamp, body)
