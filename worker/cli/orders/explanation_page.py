"""Prints an explanation for people, in 80 columns."""

from rich.padding import Padding
from rich.text import Text

from worker.cli.orders.pages import styled_state
from worker.cli.printing import Page, plain
from worker.operations.explain.explanation import Explanation


def print_explanation(explanation: Explanation) -> None:
    """Print an explanation: sentences under five headings."""
    page = Page()
    heading = Text.assemble((str(explanation.order), "bold"), "  ", styled_state(explanation.state))
    page.print(Text.assemble(heading, "  ", plain(explanation.reason)))
    for title, sentences in {
        "Where it is": explanation.position,
        "What the events say": explanation.evidence,
        "What follows": explanation.plan,
        "What was sent": explanation.writes,
        "What happens next": explanation.next_steps,
    }.items():
        if sentences:
            page.print(Text(f"\n{title}", "bold"))
        for sentence in sentences:
            page.print(Padding(plain(sentence), (0, 0, 0, 2), expand=False))
