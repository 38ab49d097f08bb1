"""Parts of sentences, for several modules."""

from collections.abc import Sequence

from worker.domain.reasons import Word


def counted(count: int, one: str, many: str) -> str:
    """Return *count* with the words for it: `1 order is`, `2 orders are`."""
    return f"{count} {one if count == 1 else many}"


def with_detail(word: str, detail: str) -> str:
    """Return a reason and its detail; the detail may be empty."""
    return f"{word}, {detail}" if detail else word


def join_items(items: Sequence[str], word: str) -> str:
    """Return *items*, at least one, with *word* before the last one: `a, b or c`."""
    return f" {word} ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def meaning_of(words: type[Word], word: str) -> str:
    """Return the meaning of *word*, one of *words*. Empty for a word of a newer version of the program."""
    return words(word).meaning if word in set(words) else ""
