"""Paths in a batch: a fixed index, in the place of `[]`, gives all elements the field of one of them."""

from collections.abc import Iterator, Sequence

from webhook_receiver.profiles.engine.paths import EACH, Part, Path


def per_element(path: Path, each: Path | None) -> Path:
    """Return *path* with `[]` in the place of its indexes into the lists of *each*."""
    parts = list(path.parts)
    for index, (own, other) in enumerate(zip(path.parts, each.skeleton if each else (), strict=False)):
        if other is EACH and isinstance(own, int):
            parts[index] = EACH
        elif own != other:
            break
    return path if tuple(parts) == path.parts else Path(_text(parts), tuple(parts))


def _text(parts: Sequence[Part]) -> str:
    names = (f".{part}" if isinstance(part, str) else "[]" if part is EACH else f"[{part}]" for part in parts)
    return "".join(names).removeprefix(".")


def is_shared(path: Path, each: Path | None) -> bool:
    """Tell whether *path* leads to one field of the document, which all elements of *each* share."""
    return each is not None and path.depth == 0 and per_element(path, each) == path


def advice_on_index(paths: Sequence[Path], each: Path | None) -> Iterator[str]:
    """Yield what to write for each of *paths* that has a fixed index into the lists of *each*."""
    for path in paths:
        better = per_element(path, each)
        if better != path:
            yield f"{path.text} is the field of one element, and all elements get it: write {better.text}"
