"""Finds secrets that serve two purposes, and those that are the name of what they protect."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Self

from pydantic import SecretStr

from worker.domain.guessable import NAME, is_name
from worker.order_api.platforms import PLATFORMS
from worker.secret import guessable_sentence
from worker.settings.accounts import AccountSettings
from worker.settings.names import KeyPath, dotted
from worker.settings.problems import Problem
from worker.settings.sources import SourceSettings


class _Use(NamedTuple):
    """A secret at *path*. Uses of one *circle* may share it: who may learn it is the same. *names* stand beside it."""

    path: KeyPath
    secret: str
    circle: str
    names: Sequence[str] = ()


class SecretUses(list[_Use]):
    """The secrets of the settings, each with its use."""

    @classmethod
    def of(
        cls,
        accounts: Mapping[str, AccountSettings],
        sources: Mapping[str, SourceSettings],
        metrics_token: SecretStr | None,
    ) -> Self:
        """Return the uses in these settings; accounts come first, so that a problem is reported for the source."""
        uses = [*_account_uses(accounts), *_source_uses(sources)]
        if metrics_token:
            uses.append(_Use(("metrics_token",), metrics_token.get_secret_value(), "metrics"))
        return cls(uses)

    def problems(self) -> Iterator[Problem]:
        """Yield a problem for each secret that another use has, or that is a name beside it.

        Whoever has one secret could send in the name of both: where the path is not signed, even a captured request of
        one source would be valid at the other.
        """
        first_uses: dict[str, _Use] = {}
        for use in self:
            first = first_uses.setdefault(use.secret, use)
            if first.path != use.path and first.circle != use.circle:
                yield Problem(use.path, f"is the same secret as {dotted(first.path)}: each needs one of its own")
            if is_name(use.secret, use.names):
                yield Problem(use.path, guessable_sentence(NAME, is_given=use.circle == "platform"))


def _account_uses(accounts: Mapping[str, AccountSettings]) -> Iterator[_Use]:
    for name, account in accounts.items():
        for key, value in account.credentials:
            if isinstance(value, SecretStr):
                names = (name, account.platform)
                yield _Use(("accounts", name, key), value.get_secret_value(), "platform", names)


def _source_uses(sources: Mapping[str, SourceSettings]) -> Iterator[_Use]:
    for name, source in sources.items():
        for method, secrets in source.secrets.items():
            path = ("sources", name, "secrets", method)
            names = (name, source.account, source.profile.name, method)
            for secret in secrets:
                yield _Use(path, secret.get_secret_value(), _circle(path, source), names)


def _circle(path: KeyPath, source: SourceSettings) -> str:
    """Return the circle of a source's secret: a platform may have one secret for its calls and all of its webhooks.

    Its signature must then cover the path, so that no request is valid at two sources.
    """
    is_platforms = source.profile.name in PLATFORMS and "path" in source.signed_parts
    return "platform" if is_platforms else dotted(path)
