"""Loads a profile that a command names, and checks one."""

from pathlib import Path

from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.profiles.schema.files import SUFFIX, ProfileError, builtin_names, load_profile, read_profile
from webhook_receiver.profiles.schema.model import ProfileFile
from worker.cli.sources.descriptions import describe
from worker.domain.errors import SettingsError
from worker.domain.text import clean_text


def load(name: str) -> ProfileFile:
    """Return the built-in profile *name*, or the profile in the file *name*. Raises `SettingsError`, with all flaws."""
    try:
        return load_profile(name)
    except ProfileError as error:
        raise SettingsError("\n".join(f"{sentence}." for sentence in error.sentences)) from error


def check(name: str) -> tuple[list[str], str]:
    """Return all flaws of the profile *name*, a line for each; without flaws, a summary."""
    flaws: list[str] = []
    try:
        profile = load_profile(name)
    except ProfileError as error:
        flaws = list(error.everything)
        if name in NATIVE_PROFILES:
            return [], f"{name} is part of the program: there is no file to check."
        flaws += _more_flaws(name, flaws)
    else:
        return [], _summary(name, profile)
    return [clean_text(flaw, 1000) for flaw in flaws], ""


def _more_flaws(name: str, known: list[str]) -> list[str]:
    """Return the flaws in a file that has the name of a built-in profile, beside its name."""
    path = Path(name)
    if not name.endswith(SUFFIX) or path.stem not in builtin_names():
        return []
    try:
        read_profile(path)
    except ProfileError as error:
        return [sentence for sentence in error.everything if sentence not in known]
    return []


def _summary(name: str, profile: ProfileFile) -> str:
    description = describe(name, profile)
    methods = ", ".join(f"{method.name} ({method.trust})" for method in description.auth)
    rows = len(profile.status.rows) if profile.status else 0
    return (
        f"{clean_text(name)} is right: {clean_text(profile.title)}; authentication: {methods}; {rows} rows of statuses."
    )
