"""Parts of sentences, for several modules."""

from collections.abc import Sequence
from shlex import quote

from worker.domain.events import OPERATOR
from worker.domain.orders import OrderKey
from worker.domain.reasons import Word

WHY = "<why>"
"""Stands for a person's reason in a command. A shell refuses it, so nobody runs the command without a reason."""

MAX_REASON = 500
"""Characters of a person's reason."""
MAX_NOTE = MAX_REASON + 100
"""Characters of a reason with the name of the user, as the audit log keeps it."""

_COMMAND = ": fulfillment "


def split_command(sentence: str) -> tuple[str, str]:
    """Split a sentence that ends with a command, after a colon; the command is empty if there is none.

    No command ends with a full stop, but every sentence with a text from outside does: such a text is no command.
    """
    text, colon, command = sentence.partition(_COMMAND)
    return (f"{text}:", f"fulfillment {command}") if colon and not sentence.endswith(".") else (sentence, "")


def release_of(key: OrderKey) -> str:
    """Return the command that lifts the stop of the order *key*, or opens it, with a placeholder for the reason."""
    return f"fulfillment orders release {quote(str(key))} --reason {WHY}"


def counted(count: int, one: str, many: str) -> str:
    """Return *count* with the words for it: `1 order is`, `2 orders are`."""
    return f"{count} {one if count == 1 else many}"


def with_detail(word: str, detail: str) -> str:
    """Return a reason and its detail; the detail may be empty."""
    return f"{word}, {detail}" if detail else word


def by_word_of(name: str) -> str:
    """Return by whose word an order has its carrier: that of the source *name*, or of an operator."""
    return f"by the word of {'an operator' if name == OPERATOR else name}"


def join_items(items: Sequence[str], word: str) -> str:
    """Return *items*, at least one, with *word* before the last one: `a, b or c`."""
    return f" {word} ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def meaning_of(words: type[Word], word: str) -> str:
    """Return the meaning of *word*, one of *words*. Empty for a word of a newer version of the program."""
    return words(word).meaning if word in set(words) else ""
