"""How a person on this machine runs our program."""

import os
import shutil
import sys
from pathlib import Path


def program_command() -> str:
    """Return the command that runs our program from the working directory."""
    if shutil.which("fulfillment"):
        return "fulfillment"
    script = Path(sys.executable).with_name("fulfillment")
    return os.path.relpath(script) if script.is_relative_to(Path.cwd()) else str(script)
