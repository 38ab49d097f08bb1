"""Prints what a probe of an account has shown."""

from collections.abc import Mapping

import click

from worker.application.probing import Probed
from worker.cli.json_lines import print_json
from worker.domain.accounts.probing import ProbeResult
from worker.domain.text import clean_text
from worker.operations.accounts import probe_sentence
from worker.processes.exits import NEEDS_A_PERSON, UNREACHABLE, WELL

EXIT_CODES: Mapping[ProbeResult, int] = {
    ProbeResult.GOOD: WELL,
    ProbeResult.REFUSED: NEEDS_A_PERSON,
    ProbeResult.UNREACHABLE: UNREACHABLE,
    ProbeResult.UNKNOWN: UNREACHABLE,
}
MAX_SENTENCE = 1000


def print_answer(name: str, probed: Probed, *, as_json: bool) -> int:
    """Print what a probe of the account *name* has shown, and return the exit code."""
    answer = probed.answer
    if as_json:
        document = {"account": name, "result": answer.result.value, "detail": answer.detail}
        print_json({**document, "lifted": list(probed.lifted), "held": list(probed.held)})
    else:
        click.echo(clean_text(probe_sentence(name, answer, probed.lifted, probed.held), MAX_SENTENCE))
    return EXIT_CODES[answer.result]
