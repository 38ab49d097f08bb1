"""Paths that never lead to a value, because of what else must be in the document: every delivery would be lost."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from webhook_receiver.profiles.engine.paths import Path
from webhook_receiver.profiles.schema.flaws import Flaw
from webhook_receiver.profiles.schema.model import DocumentTable, ProfileFile


class NamedPaths(NamedTuple):
    """Alternative paths, with the key that has them: at least one of them must be possible."""

    key: str
    paths: tuple[Path, ...]

    @property
    def text(self) -> str:
        """The paths as they are written."""
        return ", ".join(path.text for path in self.paths)


class Presence(NamedTuple):
    """A path at which *key* looks. *is_needed*: without a value there, nothing is read. *has_text*: it is a text."""

    key: str
    path: Path
    is_needed: bool = False
    has_text: bool = False

    def excludes(self, named: NamedPaths, *, as_text: bool) -> bool:
        """Tell whether none of *named* can lead to a value beside this one, or, *as_text*, to a text."""
        return all(self._excludes(path, as_text=as_text) for path in named.paths)

    def _excludes(self, path: Path, *, as_text: bool) -> bool:
        mine, its = self.path.parts, path.parts
        for part, other in zip(mine, its, strict=False):
            if part != other:  # an object is no list; two elements of a list, or two fields of an object, can be there
                return isinstance(part, str) != isinstance(other, str)
        if len(its) > len(mine):
            return self.has_text
        return as_text and self.is_needed and len(its) < len(mine)


def fields_of(profile: ProfileFile) -> Iterator[NamedPaths]:
    """Yield the paths of each field that is read from a document or an element."""
    read = profile.read
    for name in type(read).model_fields:
        if name in {"key", "time_parts"}:
            yield from (NamedPaths(f"read.{name}", (path,)) for path in getattr(read, name))
        elif name not in {"times", "time_of"} and getattr(read, name):
            yield NamedPaths(f"read.{name}", getattr(read, name))
    for word, paths in read.time_of.items():
        yield NamedPaths(f"read.time_of.{word}", paths)
    yield from (NamedPaths("status.from", (path,)) for path in (profile.status.from_ if profile.status else ()))


def conditions_of(document: DocumentTable) -> Iterator[NamedPaths]:
    """Yield the path of each condition."""
    yield from (NamedPaths("document.only", (path,)) for path in document.only)
    yield from (NamedPaths("document.skip", (path,)) for path in document.skip)


def conflicts(profile: ProfileFile) -> Iterator[Flaw]:
    """Yield the paths that lead to nothing in any document that is of interest."""
    if profile.content == "form":
        yield from _in_form(profile)
    if profile.content == "json" or profile.document.unwrap:
        yield from _beside(profile.document, list(fields_of(profile)))


def _in_form(profile: ProfileFile) -> Iterator[Flaw]:
    """Yield the paths that a form cannot have, whose fields are texts."""
    document = profile.document
    named = [*conditions_of(document), *fields_of(profile)]
    if document.unwrap:
        named = [NamedPaths("document.unwrap", (document.unwrap,))]
    elif document.each:  # the others begin with it
        named = [NamedPaths("document.each", (document.each,))]
    for key, paths in named:
        for path in paths:
            if len(path.parts) > 1 or not isinstance(path.parts[0], str):
                yield Flaw(key, f"has {path.text}, but a field of a form is one name, and its value is a text")


def _beside(document: DocumentTable, fields: Sequence[NamedPaths]) -> Iterator[Flaw]:
    present = [Presence("document.each", document.each, is_needed=True)] if document.each else []
    # What must be there comes first. A missing field holds with "", and a condition of `skip` need not hold.
    conditions = [
        Presence("document.only", path, "" not in texts, "" not in texts) for path, texts in document.only.items()
    ]
    conditions.sort(key=lambda condition: not condition.is_needed)
    conditions += [Presence("document.skip", path) for path in document.skip]
    for condition in conditions:
        named = NamedPaths(condition.key, (condition.path,))
        needed = [other for other in present if other.is_needed]
        flaw = _flaw(needed, named, as_text=condition.is_needed)
        present += [] if flaw else [condition]
        yield from flaw
    for field in fields:
        yield from _flaw(present, field, as_text=field.key != "read.key")


def _flaw(present: Sequence[Presence], named: NamedPaths, *, as_text: bool) -> list[Flaw]:
    """Return the flaw of *named* beside the first of *present* that excludes it."""
    excluding = [one for one in present if one.excludes(named, as_text=as_text)]
    return [Flaw(named.key, _sentence(named, one)) for one in excluding[:1]]


def _sentence(named: NamedPaths, present: Presence) -> str:
    return f"has {named.text}, which can have no text beside {present.path.text} of {present.key}"
