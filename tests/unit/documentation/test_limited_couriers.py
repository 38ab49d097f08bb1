"""What the pages and the demo show for a courier with the open format limits it to `shipment` events."""

import re
import tomllib

import pytest

from tests.support.pages import ROOT
from worker.cli.demo.next_steps import commented, required_settings
from worker.cli.demo.shops import SHOPS

COURIERS = {"courier", "kurir"}
"""What the pages call a courier with the open format."""
PAGES = ("README.md", "deploy/REFERENCE.md", "deploy/sandbox/README.md", "deploy/OPERATIONS.md")


def unlimited(toml: str) -> set[str]:
    sources = tomllib.loads(toml).get("sources", {})
    return {name for name in COURIERS & sources.keys() if sources[name].get("allow") != ["shipment"]}


@pytest.mark.parametrize("page", PAGES)
def test_each_example_limits_a_courier(page: str):
    blocks = re.findall(r"^```toml\n(.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    assert [block for block in blocks if "[sources." in block and unlimited(block)] == []


def test_the_next_steps_of_the_demo_limit_a_courier():
    lines = [line for shop in SHOPS.values() for setting in required_settings(shop) for line in commented(*setting)]
    assert "courier" in tomllib.loads("\n".join(lines))["sources"]
    assert unlimited("\n".join(lines)) == set()
