"""Options that several commands have."""

import click


class WholeNumber(click.IntRange):
    """A whole number within limits, called so where it is asked for."""

    name = "whole number"


AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
LIMIT = click.option("--limit", type=WholeNumber(1, 10_000), default=50, show_default=True, help="How many, at most.")
