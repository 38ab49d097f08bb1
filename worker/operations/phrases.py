"""Parts of sentences that several modules use."""

from collections.abc import Sequence

from worker.domain.reasons import Word


def counted(count: int, one: str, many: str) -> str:
    """Return *count* with the words for it: `1 order is`, `2 orders are`."""
    return f"{count} {one if count == 1 else many}"


def with_detail(word: str, detail: str) -> str:
    """Return a reason and its detail; the detail may be empty."""
    return f"{word}, {detail}" if detail else word


def listed(items: Sequence[str], word: str) -> str:
    """Return a list with *word* before its last item: `a, b or c`. The list has at least one item."""
    return f" {word} ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def meaning_of(words: type[Word], word: str) -> str:
    """Return the sentence that explains *word*; empty when it is not one of *words*, as a newer version may write."""
    return words(word).meaning if word in set(words) else ""
