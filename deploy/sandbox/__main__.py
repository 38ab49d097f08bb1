"""`python -m deploy.sandbox`: run the sandbox in a process of its own."""

import logging
import re
import time
from collections.abc import Callable
from typing import Any

import click

from deploy.sandbox.app import create_sandbox
from deploy.sandbox.options import own_options
from deploy.sandbox.platform import Platform
from deploy.sandbox.platforms import PLATFORMS
from deploy.sandbox.serving import bind, is_loopback, run
from deploy.sandbox.world import Limit

USUAL = next(iter(PLATFORMS))
"""The platform that is simulated when nobody says which."""


def _loopback(_context: click.Context, _option: click.Parameter, host: str) -> str:
    if not is_loopback(host):
        raise click.BadParameter(f"{host} is not a loopback address, and the sandbox listens nowhere else.")
    return host


def _base_path(_context: click.Context, _option: click.Parameter, path: str | None) -> str | None:
    if path is not None and (not re.fullmatch("(/[A-Za-z0-9._-]+)*", path) or path.startswith("/_sandbox")):
        raise click.BadParameter("it is empty or like /api/v1, without a slash at its end.")
    return path


def _account_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of every platform. Which of them must be given is only known with the platform."""
    every = {name: option for platform in PLATFORMS.values() for name, option in platform.options.items()}
    for name, option in reversed(every.items()):
        kind = click.Choice(option.words) if option.words else None
        command = click.option(f"--{name.replace('_', '-')}", type=kind, help=option.says)(command)
    return command


def _open(name: str, told: dict[str, str | None], base_path: str | None) -> Platform:
    try:
        return PLATFORMS[name].open(own_options(PLATFORMS[name].options, told), base_path)
    except ValueError as error:
        raise click.UsageError(f"Of {name}: {error}") from error


@click.command(context_settings={"auto_envvar_prefix": "SANDBOX"})
@click.option("--platform", default=USUAL, type=click.Choice(list(PLATFORMS)), help="Whose order API to simulate.")
@_account_options
@click.option("--host", default="127.0.0.1", callback=_loopback, help="A loopback address.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0: any free port.")
@click.option(
    "--base-path", default=None, callback=_base_path, help="The path of the base URL.  [default: the platform's]"
)
@click.option(
    "--rate-limit", default=None, type=click.IntRange(0), help="Calls in each window.  [default: the platform's]"
)
@click.option("--rate-window", default=60.0, type=click.FloatRange(0.1), help="Seconds.")
@click.option("--clock-offset", default=0.0, help="Seconds by which the platform's clock is ahead of ours.")
@click.option("--threads", default=32, type=click.IntRange(1), help="Calls served at once, the delayed ones included.")
def main(  # noqa: PLR0913 - one parameter for each option
    *,
    platform: str,
    host: str,
    port: int,
    base_path: str | None,
    rate_limit: int | None,
    rate_window: float,
    clock_offset: float,
    threads: int,
    **told: Any,  # noqa: ANN401 - the options of all platforms
) -> None:
    """Simulate a platform's order API for one account. Every option may also come from SANDBOX_<OPTION>.

    When it listens it prints one line, `sandbox listening on http://HOST:PORT`, and it ends on SIGTERM or SIGINT.
    """
    # Waitress warns of every call that waits for a thread, which is what delays are for.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    simulated = _open(platform, told, base_path)
    limit = Limit(simulated.calls_a_minute if rate_limit is None else rate_limit, rate_window)
    app = create_sandbox(simulated, limit, lambda: time.time() + clock_offset)
    try:
        server, url = bind(app, host, port, threads)
    except OSError as error:
        raise click.ClickException(f"Cannot listen on {host} port {port}: {error.strerror}.") from error
    click.echo(f"sandbox listening on {url}")
    run(server, app.extensions["sandbox"])


if __name__ == "__main__":
    main(prog_name="python -m deploy.sandbox")
