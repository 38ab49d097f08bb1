"""Loads a profile that a command names, and checks one."""

from dataclasses import dataclass
from pathlib import Path

from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.profiles.schema.files import SUFFIX, ProfileError, builtin_names, load_profile, read_profile
from webhook_receiver.profiles.schema.model import ProfileFile
from worker.application.sources.descriptions import Description, describe
from worker.domain.errors import SettingsError
from worker.domain.text import clean_text
from worker.text_files import MissingFile


@dataclass(frozen=True, slots=True)
class Checked:
    """The profile *name* after its check: its *flaws*, a sentence for each; without flaws, its *description*.

    *rows* is the number of rows of its table of statuses, or None for a profile that has no file.
    """

    name: str
    flaws: tuple[str, ...] = ()
    description: Description | None = None
    rows: int | None = None


def load(name: str) -> ProfileFile:
    """Return the built-in profile *name*, or the profile in the file *name*. Raises `SettingsError`, with all flaws."""
    try:
        return _load(name)
    except ProfileError as error:
        raise SettingsError("\n".join(f"{sentence}." for sentence in error.sentences)) from error


def _load(name: str) -> ProfileFile:
    """Return a profile, whose file is named in messages as it was given. Raises `ProfileError`."""
    try:
        return load_profile(name, name)
    except ProfileError as error:
        if isinstance(error.__cause__, MissingFile) and not Path(name).is_absolute():
            raise ProfileError(f"{error}; the path begins at the working directory") from error
        raise


def check(name: str) -> Checked:
    """Return the check of the profile *name*: a native one, a built-in one, or a file."""
    if name in NATIVE_PROFILES:
        return Checked(name, description=describe(name, None))
    try:
        profile = _load(name)
    except ProfileError as error:
        flaws = (*error.everything, *_more_flaws(name, error.everything))
        return Checked(name, tuple(clean_text(flaw, 1000) for flaw in flaws))
    return Checked(name, (), describe(name, profile), len(profile.status.rows) if profile.status else 0)


def _more_flaws(name: str, known: tuple[str, ...]) -> list[str]:
    """Return the flaws in a file that has the name of a built-in profile, beside its name."""
    path = Path(name)
    if not name.endswith(SUFFIX) or path.stem not in builtin_names():
        return []
    try:
        read_profile(path, name)
    except ProfileError as error:
        return [sentence for sentence in error.everything if sentence not in known]
    return []
