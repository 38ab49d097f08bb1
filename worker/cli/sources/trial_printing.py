"""Prints trials for people, in 80 columns."""

from rich.table import Table

from webhook_receiver.profiles.trial.steps import Outcome, Step, Trial, counted
from worker.cli.printing import MIN_WIDTH, Output, plain

MAX_ELEMENTS = 20
"""Elements of a batch that are printed. JSON has all."""
_STYLES = {Outcome.REFUSED: "bold red", Outcome.QUARANTINED: "bold red"}


def print_trial(trial: Trial) -> None:
    """Print the steps of a trial, and the outcome."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    elements = list(dict.fromkeys(step.element for step in trial.steps if step.element))
    hidden = set(elements[MAX_ELEMENTS:])
    *steps, answer = [step for step in trial.steps if step.element not in hidden]
    seen: set[tuple[str, str]] = set()
    for step in steps:
        _add(table, step, seen)
    if hidden:
        table.add_row("", plain(f"… and {counted(len(hidden), 'element')} more: --json shows all", "dim"))
    _add(table, answer, seen)
    output = Output(MIN_WIDTH)
    output.print(table)
    output.print()
    output.print(plain(_summary(trial), _STYLES.get(trial.outcome, "green")))


def _add(table: Table, step: Step, seen: set[tuple[str, str]]) -> None:
    """Add a step, with the advice that no earlier element has: *seen* are the names of steps and their advice."""
    name = f"{step.element} {step.name}" if step.element else step.name
    style = "bold red" if not step.is_well else "yellow" if step.advice else ""
    table.add_row(plain(name, style), plain(step.text, style))
    for line in step.advice:
        if (step.name, line) not in seen:
            table.add_row("", plain(f"→ {line}", "italic"))
        seen.add((step.name, line))


def _summary(trial: Trial) -> str:
    left_out = "" if trial.is_authenticated else " Authentication was left out."
    return _outcome(trial) + left_out


def _outcome(trial: Trial) -> str:
    match trial.outcome:
        case Outcome.PROBE:
            return "A probe: answered, and nothing is kept."
        case Outcome.ACCEPTED:
            return f"Accepted: {counted(len(trial.events), 'event')}."
        case Outcome.IGNORED:
            return "Ignored: nothing in it is of interest."
        case Outcome.REFUSED:
            return f"Refused with {trial.status}."
    taken = f" {counted(len(trial.events), 'event')} of it can be used." if trial.events else ""
    return f"Quarantined: {trial.reason}.{taken}"
