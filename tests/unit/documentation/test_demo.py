"""The demo that the README shows is the demo that runs."""

import ast
import re
from collections import Counter
from pathlib import Path

from tests.support.pages import (
    README,
    example,
)
from worker.cli.demo import checks
from worker.cli.demo.couriers import COURIERS
from worker.cli.demo.day import DAY
from worker.cli.demo.expected import actions_of, expected_answers, replayed_sources
from worker.cli.demo.script import Scenario
from worker.cli.demo.shops import SHOPS, shop_of
from worker.domain.stages import Stage, stages_ahead
from worker.order_api.platforms import PLATFORMS

PIPED = "in a pipe, it prints lines"


def test_the_demo_shown_is_the_demo_that_runs():
    shown = example(README, "", PIPED).splitlines()
    lines = [re.fullmatch(r"\d\d:\d\d  (\w+) +([\w/]+) +(.+)", line) for line in shown]
    steps = [match.groups() for match in lines if match]
    scenarios = {str(scenario.order): scenario for scenario in DAY}
    sources = {courier.source for courier in COURIERS.values()}
    assert len(steps) >= 5
    assert {scenarios[order].order.account for _, order, _ in steps} == {*SHOPS}
    for who, order, text in steps:
        assert who in {"platform", "worker", "sandbox", "customer", "merchant", *sources}
        if who == "worker" and " → " in text:
            before, after = (stage(scenarios[order], word) for word in text.removesuffix(", completed").split(" → "))
            assert stages_ahead(before, after) == (after,)
        if "stopped" in text:
            assert text.endswith(scenarios[order].expected.stop)
    assert {line.removeprefix("  ✓ ") for line in shown if "✓" in line} <= sentences_of_the_demo()


def stage(scenario: Scenario, status: str) -> Stage:
    platform = PLATFORMS[shop_of(scenario.order).platform.name]
    return Stage(str(platform.statuses.read(status).position))


def test_the_sums_shown_are_those_of_the_day():
    shown = example(README, "", PIPED).partition("deliveries")[2].partition("illegal")[0]
    sums = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", shown)}
    outcomes = Counter(answer for scenario, action in actions_of(DAY) for answer in expected_answers(scenario, action))
    replayed = len(replayed_sources(DAY))
    assert sums == outcomes + Counter(accepted=replayed) - Counter(quarantined=replayed)
    assert int(shown.split()[0]) == sum(sums.values())


def sentences_of_the_demo() -> set[str]:
    source = Path(checks.__file__).read_text()
    return {str(node.value) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
