"""The rules between the paths of a profile: which of them belong to the elements, and which are never there."""

from collections.abc import Iterator, Sequence

from webhook_receiver.profiles.engine.paths import EACH, Path
from webhook_receiver.profiles.schema.flaws import Flaw
from webhook_receiver.profiles.schema.model import ProfileFile, ReadTable
from webhook_receiver.profiles.schema.path_conflicts import NamedPaths, conditions_of, conflicts, fields_of


def path_flaws(profile: ProfileFile) -> Iterator[Flaw]:
    """Yield what is wrong between the paths of `[document]`, `[read]` and `[status]`."""
    document = profile.document
    if document.unwrap and document.unwrap.depth:
        yield Flaw("document.unwrap", "must lead to one field, without []")
    if document.pick == "latest" and not (document.each and has_time(profile.read)):
        yield Flaw("document.pick", "needs read.time" if document.each else "needs document.each")
    wrong = list(_elements(document.each, [*fields_of(profile), *conditions_of(document)]))
    yield from wrong or conflicts(profile)
    if document.each and (document.pick == "each" or document.each.depth > 1):
        yield from _keys_of_elements(profile.read)


def has_time(read: ReadTable) -> bool:
    """Tell whether a path leads to a time."""
    return bool(read.time or read.time_parts or read.time_of)


def _elements(each: Path | None, named: Sequence[NamedPaths]) -> Iterator[Flaw]:
    """Yield what is wrong in the `[]` of the paths. What follows from a wrong path is left out."""
    if each and each.parts[-1] is not EACH:
        yield Flaw("document.each", "must end in []")
        return
    flaws = [Flaw(key, flaw) for key, paths in named for path in paths if (flaw := _flaw_of_element(each, path))]
    yield from flaws
    fields = [path for key, paths in named if not key.startswith("document.") for path in paths]
    if each and not flaws and not any(path.skeleton == each.parts for path in fields):
        yield Flaw("document.each", "is not repeated by any path of [read] or [status]")


def _flaw_of_element(each: Path | None, path: Path) -> str:
    """Return what is wrong in the `[]` of *path*; empty when it has none, or those with which *each* begins."""
    skeleton = path.skeleton
    if not skeleton:
        return ""
    if each is None:
        return f"has [] in {path.text}, but document.each is missing"
    if skeleton[: len(each.parts)] == each.parts and skeleton != each.parts:
        which = "second" if each.depth == 1 else "further"
        return f'has a {which} [] in {path.text}: write each = "{path.text[: path.text.rindex("[]") + 2]}"'
    return "" if skeleton == each.parts[: len(skeleton)] else f"does not begin with {each.text} in {path.text}"


def _keys_of_elements(read: ReadTable) -> Iterator[Flaw]:
    """Yield the keys that would be the same for all elements: all but the first would be quarantined."""
    for key, paths in (("id", read.id), ("key", read.key)):
        if paths and not any(path.depth for path in paths):
            yield Flaw(f"read.{key}", "is the same for all elements: one of its paths must have []")
