"""`python -m deploy.sandbox`: run the sandbox in a process of its own."""

import logging
import re
import time

import click

from deploy.sandbox.account import Account
from deploy.sandbox.app import create_sandbox
from deploy.sandbox.serving import bind, is_loopback, run
from deploy.sandbox.world import Limit


def _loopback(_context: click.Context, _option: click.Parameter, host: str) -> str:
    if not is_loopback(host):
        raise click.BadParameter(f"{host} is not a loopback address, and the sandbox listens nowhere else.")
    return host


def _base_path(_context: click.Context, _option: click.Parameter, path: str) -> str:
    if not re.fullmatch("(/[A-Za-z0-9._-]+)*", path) or path.startswith("/_sandbox"):
        raise click.BadParameter("it is empty or like /api/v1, without a slash at its end.")
    return path


@click.command(context_settings={"auto_envvar_prefix": "SANDBOX"})
@click.option("--host", default="127.0.0.1", callback=_loopback, help="A loopback address.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0: any free port.")
@click.option("--domain", required=True, help="The X-Domain it accepts.")
@click.option("--client-id", required=True, help="The X-Client-ID it accepts.")
@click.option("--hmac-secret", required=True, help="Better given as SANDBOX_HMAC_SECRET.")
@click.option("--phone-number-id", required=True, help="The phone_number_id it accepts.")
@click.option("--base-path", default="/api/v1", callback=_base_path, help="The path of the base URL.")
@click.option("--signed-path", default="full", type=click.Choice(["full", "after_base_url"]))
@click.option("--rate-limit", default=200, type=click.IntRange(0), help="Calls in each window.")
@click.option("--rate-window", default=60.0, type=click.FloatRange(0.1), help="Seconds.")
@click.option("--clock-offset", default=0.0, help="Seconds by which the platform's clock is ahead of ours.")
@click.option("--threads", default=32, type=click.IntRange(1), help="Calls served at once, the delayed ones included.")
def main(  # noqa: PLR0913 - one parameter for each option
    *,
    host: str,
    port: int,
    domain: str,
    client_id: str,
    hmac_secret: str,
    phone_number_id: str,
    base_path: str,
    signed_path: str,
    rate_limit: int,
    rate_window: float,
    clock_offset: float,
    threads: int,
) -> None:
    """Simulate awalchat's order API for one account. Every option may also come from SANDBOX_<OPTION>.

    When it listens it prints one line, `sandbox listening on http://HOST:PORT`, and it ends on SIGTERM or SIGINT.
    """
    # Waitress warns of every call that waits for a thread, which is what delays are for.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    account = Account(
        domain=domain,
        client_id=client_id,
        phone_number_id=phone_number_id,
        hmac_secret=hmac_secret,
        base_path=base_path,
        signs_full_path=signed_path == "full",
    )
    app = create_sandbox(account, Limit(rate_limit, rate_window), lambda: time.time() + clock_offset)
    try:
        server, url = bind(app, host, port, threads)
    except OSError as error:
        raise click.ClickException(f"Cannot listen on {host} port {port}: {error.strerror}.") from error
    click.echo(f"sandbox listening on {url}")
    run(server, app.extensions["sandbox"])


if __name__ == "__main__":
    main(prog_name="python -m deploy.sandbox")
