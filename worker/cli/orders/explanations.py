"""Prints an explanation for people: the answer in three lines, then the evidence under five headings."""

from rich.text import Text

from worker.cli.local import runnable
from worker.cli.orders.printing import styled_state
from worker.cli.printing import Output, plain
from worker.cli.wrapping import wrapped
from worker.operations.explain.answer import Answer
from worker.operations.explain.explanation import Explanation

INDENT = 2
"""Columns before each line of the evidence."""


def print_explanation(explanation: Explanation, *, is_whole: bool = False) -> None:
    """Print the answer, and the evidence. An order at rest has evidence only if *is_whole*."""
    output = Output()
    heading = Text.assemble(plain(explanation.order, "bold"), "  ", styled_state(explanation.state), "  ")
    _print_answer(output, heading, explanation.answer)
    if is_whole or not explanation.is_at_rest:
        _print_evidence(output, explanation)


def _print_answer(output: Output, heading: Text, answer: Answer) -> None:
    who, why, command = (plain(runnable(line)).plain for line in answer.lines)
    room = "x" * (heading.cell_len - 1)
    first, *others = wrapped(f"{room} {who}", output.width)
    head = Text.assemble(heading, first[len(room) + 1 :])
    head.rstrip()
    output.print(head, soft_wrap=True)
    for line in (*others, *wrapped(why, output.width)):
        output.print(Text(line), soft_wrap=True)
    output.print(Text(command, "bold" if answer.command else ""), soft_wrap=True)


def _print_evidence(output: Output, explanation: Explanation) -> None:
    for title, sentences in explanation.sections.items():
        if sentences:
            output.print(Text(f"\n{title}", "bold"))
        for sentence in sentences:
            for part in wrapped(plain(runnable(sentence)).plain, output.width - INDENT):
                output.print(Text(" " * INDENT + part), soft_wrap=True)
