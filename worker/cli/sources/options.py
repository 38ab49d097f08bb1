"""The arguments that name a profile or a source, with their completion."""

from typing import Any

import click
from click.shell_completion import CompletionItem


class ProfileName(click.ParamType[str]):
    """The name of a built-in profile, or the path of a profile file."""

    name = "profile"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401, ARG002 - click's signature
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 - click's signature
        from webhook_receiver.profiles.schema.files import builtin_names

        names = [CompletionItem(name) for name in builtin_names() if name.startswith(incomplete)]
        return [*names, CompletionItem(incomplete, type="file")]


PROFILE = ProfileName()
