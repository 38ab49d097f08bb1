"""Arguments that several commands for orders share."""

import click

from worker.domain.stages import STAGES

ORDER = click.argument("order")
STAGE = click.Choice([stage.value for stage in STAGES])
