"""What a courier has to be told to send to a source, and what is set of the source: facts for people, no secrets."""

from collections.abc import Mapping

from webhook_receiver.profiles.trial.steps import counted
from worker.application.sources.descriptions import TRUST_SENTENCES
from worker.application.sources.overview import Shown


def to_tell(shown: Shown) -> dict[str, str]:
    """Return what the courier has to be told, by the word for it: the URL, the method, the authentication, the answer.

    A fact that does not apply is empty.
    """
    description = shown.description
    path = shown.path or "/webhooks/NAME, where NAME is the name of the source"
    used = [method for method in description.auth if not shown.is_source or method.name in shown.secrets]
    facts = {"URL": f"https://YOUR-HOST{path}", "method": " or ".join(description.methods)}
    facts |= {method.where: method.what for method in used}
    checks = " and ".join("a request without a body" if probe == "empty" else probe for probe in description.probes)
    return {**facts, "answer": description.answer, "check of the URL": f"{checks}: answered 200" if checks else ""}


def secrets_of(shown: Shown) -> dict[str, str]:
    """Return by method of authentication how many secrets are set, and how far the method can be trusted."""
    return {method.name: _secret(method.name, shown) for method in shown.description.auth}


def options_of(shown: Shown) -> dict[str, str]:
    """Return by option of the profile what it is for, and its value or its default."""
    return {name: _option(name, shown) for name in shown.description.options}


def settings_of(shown: Shown) -> Mapping[str, object]:
    """Return what the source or the profile is, by the word for it, with the source's other settings."""
    return {
        "source": shown.name if shown.is_source else "",
        "profile": shown.profile,
        "title": shown.description.title,
        "facts": shown.description.facts,
        "account": shown.account,
        "orders": f"{shown.orders} (by default)" if shown.by_default else shown.orders,
        **shown.settings,
    }


def _secret(name: str, shown: Shown) -> str:
    method = next(method for method in shown.description.auth if method.name == name)
    count = f"{counted(shown.secrets.get(name, 0), 'secret')} set: " if shown.is_source else ""
    return f"{count}{method.kind}, {method.trust}: {TRUST_SENTENCES[method.trust]}"


def _option(name: str, shown: Shown) -> str:
    text, default = shown.description.options[name]
    value = shown.options.get(name, default)
    return f"{text}" + (f" (now {value})" if shown.is_source and value else f" (default {default})" if default else "")
