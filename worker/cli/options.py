"""Options, and types of options, that several commands share."""

import click


class WholeNumber(click.IntRange):
    """A whole number within limits. Messages call it so."""

    name = "whole number"


AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
LIMIT = click.option(
    "--limit", type=WholeNumber(1, 10_000), default=50, show_default=True, help="Print at most this many."
)
