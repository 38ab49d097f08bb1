"""The decisions, the steps of a reconciliation and the parts of the benchmarks are described as they are."""

import inspect
import re

from tests.support.pages import (
    BENCHMARKS,
    DESIGN,
    README,
    first_words,
    part,
)
from worker.reconcile.reconciler import Reconciler


def numbered(text: str) -> list[str]:
    """Return the items of the first numbered list in *text*, each on one line."""
    items = re.findall(r"^ *\d\. (.+?)(?=^ *\d\. |\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    return [" ".join(item.split()) for item in items]


def test_the_five_steps_of_a_reconciliation_are_those_of_its_class():
    steps = numbered(inspect.getdoc(Reconciler) or "")
    assert len(steps) == 5
    assert numbered(part(README, "in five steps:"))[:5] == steps


def test_every_decision_has_its_choice_its_reason_and_what_would_change_our_mind():
    section = part(DESIGN, "## The database and its clock").partition("## What comes from outside")[0]
    decisions = [text for text in section.strip().split("\n\n") if not text.startswith("## ")]
    assert len(decisions) > 50
    for decision in decisions:
        choice, *reasons, change = decision.splitlines()
        assert re.fullmatch(r"\*\*[^*]+\.\*\*", choice), choice
        assert reasons, choice
        assert re.fullmatch(r"What would change our mind: [^.]+\.", change), choice


def test_every_part_of_the_benchmarks_that_the_page_names_exists():
    # The program of the benchmarks imports what measures, so its source is read.
    source = (BENCHMARKS.parent / "__main__.py").read_text()
    named = {*first_words(BENCHMARKS, "## Ratios"), *re.findall(r"ARGS=(\w+)", BENCHMARKS.read_text())}
    assert named
    assert all(f'"{name}"' in source and (BENCHMARKS.parent / f"{name}.py").is_file() for name in named)
