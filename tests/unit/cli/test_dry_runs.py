"""Every act says before what it would do: its command has `--dry-run`, which needs no reason."""

import click
import pytest

from worker.cli.commands import LazyGroup
from worker.operations.acts import ACTS, ActName

CHANGING = sorted(ACTS.keys() - {ActName.PROBE, ActName.SCAN})
"""The acts that change something by a person's word. A probe and a scan only look at the platform."""


@pytest.mark.parametrize("name", CHANGING)
def test_the_command_of_an_act_has_a_dry_run_that_needs_no_reason(name: ActName):
    command: click.Command = LazyGroup()
    for word in ACTS[name].command.partition(" --")[0].split():
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found
        command = found
    options = {parameter.opts[0]: parameter for parameter in command.params}
    assert "--dry-run" in options
    assert not ("--reason" in options and options["--reason"].required)
