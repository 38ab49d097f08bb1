"""The page for operators shows what the commands print: an explanation, and the checks of the doctor."""

import re

from tests.support.commands import Commands
from tests.support.harness import Harness, order_key
from tests.support.pages import OPERATIONS, example, first_words

INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC( \([^)]+ ago\))?")


def words_of(text: str) -> list[str]:
    """Return the words of *text*, without what differs from run to run."""
    one_line = " ".join(text.split())
    return re.sub(r"after \d+ ms", "after … ms", INSTANT.sub("…", one_line)).split()


def test_the_explanation_shown_is_the_programs_own(fulfillment: Commands, harness: Harness):
    key = order_key(1006)
    harness.clock.advance(seconds=-60)
    for name in ("shipment.picked_up", "shipment.picked_up", "shipment.returned"):
        harness.accept(name, "TRK1", order=key)
        harness.reconcile(key)
        harness.clock.advance(seconds=2)
    printed = fulfillment("orders", "explain", "1006")
    assert words_of(example(OPERATIONS, "", "## Why does this order not move?")) == words_of(printed.out)


def test_every_check_of_the_doctor_is_listed(fulfillment: Commands, harness: Harness):
    harness.accept("shipment.created", "TRK1", order=order_key(1006))
    documented = {name for cell in first_words(OPERATIONS, "| check | tells |") for name in cell.split("`, `")}
    printed = {check["check"] for check in fulfillment("doctor", "--json").document["checks"]}
    assert len(printed) > 15
    assert {re.sub(r"^(account|source|scan) \w+", r"\1 …", name) for name in printed} <= documented
