"""What a command tries: a source of the settings, or a profile alone."""

import os
from dataclasses import dataclass

from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.profiles.schema.files import SUFFIX, builtin_names
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.sources import Source
from webhook_receiver.wiring import sources_of
from worker.application.sources.checking import load
from worker.domain.errors import IllegalRequest, SettingsError
from worker.domain.text import clean_text
from worker.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Chosen:
    """A profile that is a file. *source* has the rules, when it is a source of the settings.

    *note* says which of both it is; it is empty for the path of a file, which can be nothing else.
    """

    profile: ProfileFile
    source: Source | None = None
    is_builtin: bool = False
    note: str = ""


def settings_for(name: str) -> Settings | SettingsError:
    """Return the settings, or why they cannot be used when *name* is a profile, which needs none.

    Raises `SettingsError` for another *name*.
    """
    try:
        return load_settings(os.environ)
    except SettingsError as error:
        if is_profile(name):
            return error
        neither = f"{clean_text(name)} is no built-in profile; the name of a profile file ends in {SUFFIX}."
        raise SettingsError(f"{neither}\n{error}") from error


def is_profile(name: str) -> bool:
    """Tell whether *name* is a native profile, a built-in one, or the name of a file."""
    return name in NATIVE_PROFILES or name in builtin_names() or name.endswith(SUFFIX)


def require_choice(name: str, settings: Settings) -> None:
    """Raise `IllegalRequest` unless *name* is a source of *settings* or a profile."""
    if name not in settings.sources and not is_profile(name):
        names = ", ".join(settings.sources) or "none"
        raise IllegalRequest(f"{clean_text(name)} is neither a source of the settings ({names}) nor a built-in profile")


def choose(name: str) -> Chosen:
    """Return the source *name* of the settings, or else the profile *name*, which needs no settings.

    Raises `SettingsError`, also with all flaws of a file, and `IllegalRequest` for a native profile.
    """
    settings = settings_for(name)
    return choose_from(None if isinstance(settings, SettingsError) else settings, name)


def choose_from(settings: Settings | None, name: str) -> Chosen:
    """Return the source *name* of *settings*, or else the profile *name*. Raises as `choose` does."""
    if settings:
        require_choice(name, settings)
        if name in settings.sources:
            return _of_source(settings, name)
    if name in NATIVE_PROFILES:
        raise IllegalRequest(f"the profile {name} is part of the program: try it with `fulfillment send`")
    is_builtin = name in builtin_names()
    why = "no source has this name" if settings else "no settings can be used"
    return Chosen(load(name), None, is_builtin, f"the built-in profile {name}; {why}" if is_builtin else "")


def _of_source(settings: Settings, name: str) -> Chosen:
    chosen = settings.sources[name].profile
    if chosen.file is None:
        which = f"the source {name} has the profile {chosen.name}, which is part of the program"
        raise IllegalRequest(f"{which}: try it with `fulfillment send`")
    note = f"the source {name} of the settings, with the profile {clean_text(chosen.name)}"
    return Chosen(chosen.file, sources_of(settings)[name], chosen.name in builtin_names(), note)
