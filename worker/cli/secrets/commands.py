"""The group `fulfillment secrets`."""

import secrets as chance

import click

from worker.cli.commands import OrderedGroup
from worker.cli.options import WholeNumber
from worker.secret import GOOD_KEY

MOST_BYTES = 64


@click.group(cls=OrderedGroup)
def secrets() -> None:
    """Make secrets for sources of webhooks, and for the metrics."""


@secrets.command("new", short_help="Print a new secret.")
@click.option(
    "--bytes",
    "size",
    type=WholeNumber(GOOD_KEY // 2, MOST_BYTES),
    default=GOOD_KEY,
    show_default=True,
    help="Bytes of chance; each is two characters.",
)
def new_secret(size: int) -> None:
    """Print a new secret: hexadecimal digits, which every courier's form, shell and settings file takes as they are.

    32 bytes of chance are as many as HMAC-SHA256 can use; half as many are enough for a token.

    The second line adds one to a file, which only its owner may read if it is new; the secrets in it stay.

    \b
    fulfillment secrets new
    (umask 077; fulfillment secrets new >> /etc/fulfillment/courier_secrets)
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    click.echo(chance.token_hex(size))
