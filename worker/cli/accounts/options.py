"""The argument that names an account, with its completion."""

import os
from typing import Any

import click
from click.shell_completion import CompletionItem

from worker.domain.errors import FulfillmentError


class AccountName(click.ParamType[str]):
    """The name of an account. The names in the settings complete it."""

    name = "account"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401, ARG002 - click's signature
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 - click's signature
        from worker.settings import load_settings

        try:
            names = load_settings(os.environ).accounts
        except FulfillmentError:  # a completion must not print a message
            return []
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


ACCOUNT = click.argument("account", type=AccountName())
