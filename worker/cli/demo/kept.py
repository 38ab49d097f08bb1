"""Prints how to look at a demo whose folder is kept."""

from pathlib import Path
from shlex import quote

from worker.cli.local import program_command
from worker.cli.printing import Output
from worker.settings.settings_file import FILE_NAME


def print_kept(output: Output, folder: Path) -> None:
    """Print where the data, the logs and the settings of the demo are, and the commands that show them."""
    program = program_command()
    output.print(f"\nThe database, all logs and the settings are in {folder}", style="bold", soft_wrap=True)
    for line in (
        f"export FULFILLMENT_CONFIG={quote(str(folder / FILE_NAME))}",
        f"{program} orders list",
        f"{program} orders explain riyadh/1006",
        f"{program} deliveries list --outcome stale",
        f"{program} console",
    ):
        output.print(f"  {line}", soft_wrap=True)
    output.print("Nothing runs any more, so nothing moves. When you have seen enough:")
    output.print(f"  rm -r {quote(str(folder))}", soft_wrap=True)
