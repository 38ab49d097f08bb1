"""`python -m deploy.sandbox`: run the sandbox as a process."""

import logging
import re
import time
from collections.abc import Callable
from typing import Any

import click

from deploy.sandbox.app import create_sandbox
from deploy.sandbox.limiters import DEFAULT_LIMITER, LIMITERS
from deploy.sandbox.options import resolve_options
from deploy.sandbox.platform import Platform
from deploy.sandbox.platforms import PLATFORMS
from deploy.sandbox.rate_limit import Limit
from deploy.sandbox.server import bind, is_loopback, run

DEFAULT_PLATFORM = next(iter(PLATFORMS))


def _check_loopback(_context: click.Context, _option: click.Parameter, host: str) -> str:
    if not is_loopback(host):
        raise click.BadParameter(f"{host} is not a loopback address. The sandbox listens on loopback only.")
    return host


def _check_base_path(_context: click.Context, _option: click.Parameter, path: str | None) -> str | None:
    if path is not None and (not re.fullmatch("(/[A-Za-z0-9._-]+)*", path) or path.startswith("/_sandbox")):
        raise click.BadParameter("must be empty, or a path such as /api/v1 without a slash at the end.")
    return path


def _add_account_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of every platform. Which of them are required depends on the platform."""
    options = {name: option for platform in PLATFORMS.values() for name, option in platform.options.items()}
    for name, option in reversed(options.items()):
        value_type = click.Choice(option.choices) if option.choices else None
        command = click.option(f"--{name.replace('_', '-')}", type=value_type, help=option.help)(command)
    return command


def _platform(name: str, arguments: dict[str, str | None], base_path: str | None) -> Platform:
    try:
        return PLATFORMS[name].from_options(resolve_options(PLATFORMS[name].options, arguments), base_path)
    except ValueError as error:
        raise click.UsageError(f"{name} {error}") from error


@click.command(context_settings={"auto_envvar_prefix": "SANDBOX"})
@click.option("--platform", default=DEFAULT_PLATFORM, type=click.Choice(list(PLATFORMS)), help="The API to simulate.")
@_add_account_options
@click.option("--host", default="127.0.0.1", callback=_check_loopback, help="A loopback address.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0: any free port.")
@click.option(
    "--base-path", default=None, callback=_check_base_path, help="Path of the base URL.  [default: the platform's]"
)
@click.option(
    "--rate-limit", default=None, type=click.IntRange(0), help="Calls in each window.  [default: the platform's]"
)
@click.option("--rate-window", default=60.0, type=click.FloatRange(0.1), help="Length of the window in seconds.")
@click.option("--rate-kind", default=DEFAULT_LIMITER, type=click.Choice(list(LIMITERS)), help="How calls are limited.")
@click.option("--clock-offset", default=0.0, help="Seconds by which the platform's clock is ahead.")
@click.option("--threads", default=32, type=click.IntRange(1), help="Calls served at once; delayed calls count.")
def main(  # noqa: PLR0913 - one parameter for each option
    *,
    platform: str,
    host: str,
    port: int,
    base_path: str | None,
    rate_limit: int | None,
    rate_window: float,
    rate_kind: str,
    clock_offset: float,
    threads: int,
    **account_options: Any,  # noqa: ANN401 - the options of all platforms
) -> None:
    """Simulate a platform's order API for one account. Every option can also come from SANDBOX_<OPTION>.

    It prints one line, `sandbox listening on http://HOST:PORT`, when it listens, and exits on SIGTERM or SIGINT.
    """
    # Waitress warns about every call that waits for a thread, but delay faults make calls wait on purpose.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    simulated = _platform(platform, account_options, base_path)
    limit = Limit(simulated.calls_per_minute if rate_limit is None else rate_limit, rate_window, rate_kind)
    app = create_sandbox(simulated, limit, lambda: time.time() + clock_offset)
    try:
        server, url = bind(app, host, port, threads)
    except OSError as error:
        raise click.ClickException(f"Cannot listen on {host} port {port}: {error.strerror}.") from error
    click.echo(f"sandbox listening on {url}")
    run(server, app.extensions["sandbox"])


if __name__ == "__main__":
    main(prog_name="python -m deploy.sandbox")
