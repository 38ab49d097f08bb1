"""Opens the playground for `fulfillment up --sandbox`."""

from collections.abc import Iterator, MutableMapping
from contextlib import closing, contextmanager

import click

from worker.application.local import local_url
from worker.cli.playground.extras import Extras
from worker.cli.playground.folder import PROCESSES, open_playground
from worker.cli.playground.guide import END, guide
from worker.cli.playground.play import Play
from worker.settings import load_settings
from worker.settings.names import CONFIG, PREFIX


@contextmanager
def run_playground(environ: MutableMapping[str, str]) -> Iterator[Extras]:
    """Open the playground for the length of the block, in which *environ* names its settings.

    Raises `UsageError` if the command names a settings file, because no settings of the user are read.
    """
    if click.get_current_context().find_root().params.get("config"):
        raise click.UsageError("--sandbox makes settings of its own: leave --config out.")
    others = [name for name in environ if name.startswith(PREFIX) and name != CONFIG]
    with open_playground(environ) as playground:
        settings = load_settings(environ)
        with closing(Play(playground, local_url(settings.listen))) as play:
            yield Extras(PROCESSES, play.go_on, guide(playground, others), END)
