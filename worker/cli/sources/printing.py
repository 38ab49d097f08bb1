"""Prints sources and profiles for people, in 80 columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap

import click
from rich.text import Text

from webhook_receiver.profiles.schema.files import SUFFIX
from worker.application.sources.checking import Checked
from worker.application.sources.overview import Row, Shown
from worker.application.sources.telling import options_of, secrets_of, settings_of, to_tell
from worker.cli.local import runnable
from worker.cli.printing import MIN_WIDTH, Output, broken_name, make_facts, make_table, plain, print_table
from worker.domain.text import clean_text

MAX_WORDS = 40
"""Status words of one event that are printed. JSON has all."""
_PROFILE_WIDTH, _TRUST_WIDTH = 20, 8
"""Columns. No built-in profile and no word of a trust is longer, so that none is broken."""
_NO_SOURCES = "The settings name no source. `fulfillment sources list --profiles` lists the built-in profiles."


def print_sources(rows: Sequence[Row]) -> None:
    """Print the sources of the settings."""
    table = make_table("NAME", "PROFILE", "ACCOUNT", "TRUST", "ORDERS", "URL", wrapping="URL")
    for row in rows:
        profile, trust = _broken(row.profile, _PROFILE_WIDTH), _broken(row.trust, _TRUST_WIDTH)
        account, orders = broken_name(row.account), plain(row.orders)
        table.add_row(broken_name(row.name), profile, account, trust, orders, plain(row.path))
    print_table(table, rows, _NO_SOURCES)


def _broken(text: str, width: int) -> Text:
    """Return *text* on lines of *width* columns, which break between words, or behind a slash."""
    lines = wrap(plain(text).plain.replace("/", "/ "), width)
    return Text("\n".join(line.replace("/ ", "/") for line in lines))


def print_profiles(rows: Sequence[Row]) -> None:
    """Print the built-in profiles."""
    table = make_table("PROFILE", "TITLE", "TRUST", wrapping="TITLE")
    for row in rows:
        table.add_row(*map(plain, (row.name, row.title, row.trust)))
    print_table(table, rows, "")


def print_shown(shown: Shown) -> None:
    """Print a source, or a profile, in full."""
    output, description = Output(MIN_WIDTH), shown.description
    sections: list[tuple[str, Mapping[str, object]]] = [
        ("", settings_of(shown)),
        ("What the courier has to be told", to_tell(shown)),
        ("Secrets", secrets_of(shown)),
        ("Options", options_of(shown)),
        ("Events, and the courier's words", _events(shown, output.width)),
        ("Fields, and where they are read", {**description.reads, "time_of": _times(description.time_of)}),
    ]
    for title, facts in sections:
        if facts:
            output.print(*([f"\n{title}"] if title else []), style="bold", end="\n" if title else "")
            output.print(make_facts(facts))
    if not shown.is_source:
        output.print("\nThe settings of a source", style="bold")
        output.print(Text("\n".join(_settings(shown))), soft_wrap=True)  # a broken line is no TOML
    if description.limits:
        output.print("\nWhat it cannot do", style="bold")
        for limit in description.limits:
            output.print(plain(limit))
    if shown.no_settings:
        output.print("\nNo settings can be used, so this is the profile alone.", style="dim")
        output.print(Text("\n".join(plain(line).plain for line in shown.no_settings.splitlines()), "dim"))


def _events(shown: Shown, width: int) -> dict[str, Text]:
    """Return the words of each event, as it is written in a profile, on lines of *width* columns with its name."""
    events = {name.removeprefix("shipment."): words for name, words in shown.description.events.items()}
    room = width - max(map(len, events), default=0) - 2
    return {name: _words(words, room, shown.name) for name, words in events.items()}


def _words(words: Sequence[str], room: int, name: str) -> Text:
    if len(words) > MAX_WORDS:
        return plain(runnable(f"{len(words)} words: `fulfillment sources show {name} --json` has all"))
    texts = [plain(word).plain for word in words]
    return Text("\n".join(texts if any("," in text for text in texts) else _lines(texts, room)))


def _lines(words: Iterable[str], room: int) -> Iterator[str]:
    """Yield lines of words with commas, and break none of the words, which may have spaces."""
    line = ""
    for word in words:
        if line and len(line) + len(word) + 3 > room:  # with a comma, a space, and the comma behind the word
            yield f"{line},"
            line = word
        else:
            line = f"{line}, {word}" if line else word
    yield line


def _times(time_of: Mapping[str, str]) -> Text:
    return Text("\n".join(plain(f"{word}: {paths}").plain for word, paths in time_of.items()))


def _settings(shown: Shown) -> Iterator[str]:
    """Yield the lines of a settings file for a source with this profile."""
    is_file = shown.profile.endswith(SUFFIX)
    yield f"[sources.{'NAME' if is_file else shown.profile}]"
    if is_file:
        yield f'profile = "{plain(shown.profile)}"'
    required = [name for name, (_, default) in shown.description.options.items() if default is None]
    yield from (f'{name} = "…"' for name in required)
    first, *others = [method.name for method in shown.description.auth]
    if others:
        yield f"# {', or '.join([first, *others])}, or both: each that has a secret must pass"
    yield f'secrets = {{ {first} = "…" }}'


def print_checked(checked: Checked) -> None:
    """Print the flaws of a profile, a line for each; without flaws, a summary."""
    name, description = clean_text(checked.name), checked.description
    for flaw in checked.flaws:
        click.echo(flaw)
    if description and checked.rows is None:
        click.echo(f"{name} is part of the program: there is no file to check.")
    elif description:
        methods = ", ".join(f"{method.name} ({method.trust})" for method in description.auth)
        title = clean_text(description.title)
        click.echo(f"{name} is right: {title}; authentication: {methods}; {checked.rows} rows of statuses.")
