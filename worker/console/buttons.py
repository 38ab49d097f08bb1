"""The button for the command of an answer: what to press, where the command line says what to type."""

import shlex
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode

from worker.operations.acts import ACTS, ActName, Subject, act_of
from worker.operations.phrases import WHY

_PLACEHOLDERS = {"ORDER", "TRACKING", "SOURCE"}
"""The words of a command for which a person has to say something first."""
_REPLAY_FIELDS = ("source", "reason", "outcome", "since")


class Button(NamedTuple):
    """A button with its words, and the address of the form to which it leads."""

    label: str
    url: str


def button_for(command: str) -> Button | None:
    """Return the button that does what *command* does; None if there is no form for it, or it has a word to replace."""
    name = act_of(command)
    if name is None:
        return None
    try:
        words = shlex.split(command)
    except ValueError:  # a name from outside in a sentence has half of a quotation
        return None
    arguments, options = _parsed(words[3:])
    if not _PLACEHOLDERS.isdisjoint(arguments):
        return None
    url = _url(name, arguments, options)
    return Button(ACTS[name].label, url) if url else None


def _url(name: ActName, arguments: Sequence[str], options: Mapping[str, str]) -> str:
    match ACTS[name].subject:
        case Subject.ORDER if arguments:
            choice = options.get("to") or "".join(arguments[1:2])
            fields = {"order": arguments[0], "choice": choice, "target": _known(options.get("found", ""))}
            return f"/orders/-/{name}?{_query(fields)}"
        case Subject.DELIVERY:
            fields = {field: options.get(field, "") for field in _REPLAY_FIELDS}
            many = {**fields, "outcome": fields["outcome"] or "quarantined"}
            return f"/deliveries/-/replay?{_query({'id': arguments[0]} if arguments else many)}"
        case Subject.ACCOUNT if arguments:
            return f"/accounts/{quote(arguments[0], safe='')}/{name}?{_query({'hold': options.get('hold', '')})}"
        case _:
            return ""


def _known(value: str) -> str:
    return "" if value in _PLACEHOLDERS else value


def _query(fields: Mapping[str, str]) -> str:
    return urlencode({name: value for name, value in fields.items() if value})


def _parsed(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return the arguments and the options of a command. Every option of these commands but `--create` has a value."""
    arguments, options, rest = list[str](), dict[str, str](), list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            arguments.append(word)
        elif word != "--create" and rest:
            value = rest.pop(0)
            options[word.removeprefix("--")] = "" if value == WHY else value
    return arguments, options
