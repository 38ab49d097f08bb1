"""What to change in a secret, so that the profile can stay as it is."""

from collections.abc import Iterator

from webhook_receiver.profiles.engine.authentication import check
from webhook_receiver.profiles.schema.compilation import methods_of
from webhook_receiver.profiles.schema.model import BasicAuth
from webhook_receiver.profiles.trial.disclosed import find_disclosed
from webhook_receiver.profiles.trial.fitting import Question


def remedies_for(question: Question) -> Iterator[str]:
    """Yield what to change in the secrets of the method, which does not pass. The engine confirms it."""
    prefix = "" if isinstance(question.table, BasicAuth) else question.table.prefix
    secrets = question.secrets[question.name]
    if any(_passes(question, question.name, secret.removeprefix(prefix)) for secret in secrets):
        yield f"leave “{prefix}” out of the secret: the profile has it already"
    if question.is_builtin:
        missing = dict.fromkeys(prefix for secret in secrets for prefix in _missing_prefixes(question, secret))
        yield from (f"write “{one}” before the secret, as a part of it" for one in missing)
    for name in question.profile.auth:
        if name not in question.secrets and any(_passes(question, name, secret) for secret in secrets):
            yield f"it is the secret of {name}: it fits [auth.{name}]"


def _missing_prefixes(question: Question, secret: str) -> Iterator[str]:
    for place in find_disclosed(question.opened, secret):
        prefix = place.part.prefix
        if prefix and _passes(question, question.name, prefix + secret):
            yield prefix


def _passes(question: Question, name: str, secret: str) -> bool:
    """Tell whether the request passes by the method *name* with *secret*."""
    try:
        (method,) = methods_of(question.profile, {name: [secret.encode()]}, question.options)
    except ValueError:
        return False
    return check(method, question.opened) is not None
