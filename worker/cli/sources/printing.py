"""Prints sources, profiles and trials for people, in 80 columns."""

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from webhook_receiver.profiles.schema.files import SUFFIX
from webhook_receiver.profiles.trial.steps import Outcome, Step, Trial, counted
from worker.cli.printing import MIN_WIDTH, Output, make_facts, make_table, plain, print_table
from worker.cli.sources.descriptions import TRUST_SENTENCES
from worker.cli.sources.overview import Row, Shown

MAX_ELEMENTS = 20
"""Elements of a batch that are printed. JSON has all."""
_STYLES = {Outcome.REFUSED: "bold red", Outcome.QUARANTINED: "bold red"}
_NO_SOURCES = "The settings name no source. `fulfillment sources list --profiles` lists the built-in profiles."


def print_sources(rows: Sequence[Row]) -> None:
    """Print the sources of the settings."""
    table = make_table("NAME", "PROFILE", "ACCOUNT", "URL", "METHODS", "TRUST", wrapping="TRUST")
    for row in rows:
        methods = " ".join(row.methods)
        table.add_row(*map(plain, (row.name, row.profile, row.account, row.path, methods, row.trust)))
    print_table(table, rows, _NO_SOURCES)


def print_profiles(rows: Sequence[Row]) -> None:
    """Print the built-in profiles."""
    table = make_table("PROFILE", "TITLE", "TRUST", wrapping="TITLE")
    for row in rows:
        table.add_row(*map(plain, (row.name, row.title, row.trust)))
    print_table(table, rows, "")


def print_shown(shown: Shown) -> None:
    """Print a source, or a profile, in full."""
    output, description = Output(MIN_WIDTH), shown.description
    head = {
        "source": shown.name if shown.is_source else "",
        "profile": shown.profile,
        "title": description.title,
        "facts": description.facts,
        "account": shown.account,
        **shown.settings,
    }
    sections: list[tuple[str, Mapping[str, object]]] = [
        ("", head),
        ("What the courier has to be told", _to_tell(shown)),
        ("Secrets", {method.name: _secret(method.name, shown) for method in description.auth}),
        ("Options", {name: _option(name, shown) for name in description.options}),
        ("Events, and the courier's words", {name: "; ".join(words) for name, words in description.events.items()}),
        ("Fields, and where they are read", description.reads),
    ]
    for title, facts in sections:
        if facts:
            output.print(*([f"\n{title}"] if title else []), style="bold", end="\n" if title else "")
            output.print(make_facts(facts))
    if not shown.is_source:
        output.print("\nThe settings of a source", style="bold")
        output.print(Text("\n".join(_settings(shown))))
    if description.limits:
        output.print("\nWhat it cannot do", style="bold")
        for limit in description.limits:
            output.print(plain(limit))
    if not shown.has_settings:
        output.print("\nNo settings can be used, so this is the profile alone.", style="dim")


def _settings(shown: Shown) -> Iterator[str]:
    """Yield the lines of a settings file for a source with this profile."""
    is_file = shown.profile.endswith(SUFFIX)
    yield f"[sources.{'NAME' if is_file else shown.profile}]"
    if is_file:
        yield f'profile = "{plain(shown.profile)}"'
    required = [name for name, (_, default) in shown.description.options.items() if default is None]
    yield from (f'{name} = "…"' for name in required)
    first, *others = [method.name for method in shown.description.auth]
    more = f"  # or {', or '.join(others)}, or both: each that has a secret must pass" if others else ""
    yield f'secrets = {{ {first} = "…" }}{more}'


def _to_tell(shown: Shown) -> dict[str, object]:
    description = shown.description
    path = shown.path or "/webhooks/NAME, where NAME is the name of the source"
    used = [method for method in description.auth if _is_used(method.name, shown)]
    facts = {"URL": f"https://YOUR-HOST{path}", "method": " or ".join(description.methods)}
    facts |= {method.where: method.what for method in used}
    checks = " and ".join("a request without a body" if probe == "empty" else probe for probe in description.probes)
    return {**facts, "answer": description.answer, "check of the URL": f"{checks}: answered 200" if checks else ""}


def _is_used(method: str, shown: Shown) -> bool:
    return not shown.is_source or method in shown.secrets


def _secret(name: str, shown: Shown) -> str:
    method = next(method for method in shown.description.auth if method.name == name)
    count = f"{counted(shown.secrets.get(name, 0), 'secret')} set: " if shown.is_source else ""
    return f"{count}{method.kind}, {method.trust}: {TRUST_SENTENCES[method.trust]}"


def _option(name: str, shown: Shown) -> str:
    text, default = shown.description.options[name]
    value = shown.options.get(name, default)
    return f"{text}" + (f" (now {value})" if shown.is_source and value else f" (default {default})" if default else "")


def print_trial(trial: Trial) -> None:
    """Print the steps of a trial, and the outcome."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    elements = list(dict.fromkeys(step.element for step in trial.steps if step.element))
    hidden = set(elements[MAX_ELEMENTS:])
    *steps, answer = [step for step in trial.steps if step.element not in hidden]
    for step in steps:
        _add(table, step)
    if hidden:
        table.add_row("", plain(f"… and {counted(len(hidden), 'element')} more: --json shows all", "dim"))
    _add(table, answer)
    output = Output(MIN_WIDTH)
    output.print(table)
    output.print()
    output.print(plain(_summary(trial), _STYLES.get(trial.outcome, "green")))


def _add(table: Table, step: Step) -> None:
    name = f"{step.element} {step.name}" if step.element else step.name
    style = "bold red" if not step.is_well else "yellow" if step.advice else ""
    table.add_row(plain(name, style), plain(step.text, style))
    for line in step.advice:
        table.add_row("", plain(f"→ {line}", "italic"))


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
