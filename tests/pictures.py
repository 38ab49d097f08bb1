"""Takes the pictures of the console that the README shows, of a playground: `make pictures`."""
# ruff: noqa: T201 - this is a command line

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.browser import Visitor, running_browser
from tests.support.demos import environment, temporary_folder
from tests.support.installation import FULFILLMENT
from tests.support.programs import ROOT, Program, until

FOLDER = ROOT / "deploy" / "console"
PICTURES = {"overview": "/", "order": "/orders/sandbox/1005"}
SIZE, SCALE = (1060, 640), 0.75
"""Width and height of the window; a picture has fewer pixels, so that it stays small."""
LAST_SAMPLE = "bad_signature"
"""A word of the log when the last sample was sent."""


def main() -> int:
    """Take all pictures, and return 0."""
    FOLDER.mkdir(exist_ok=True)
    with (
        playground() as origin,
        running_browser() as browser,
        Visitor(browser, origin, size=SIZE, scale=SCALE) as visitor,
    ):
        for name, path in PICTURES.items():
            visitor.open(path).screenshot(path=FOLDER / f"{name}.png")
            print(f"{name}.png: {(FOLDER / f'{name}.png').stat().st_size:,} bytes")
    return 0


@contextmanager
def playground() -> Iterator[str]:
    """Run a playground until its samples have come to where they stay. The value is the console's address."""
    with temporary_folder() as temporary:
        command = [*FULFILLMENT, "up", "--sandbox"]
        program = Program("up", command, environment(temporary), Path(temporary), lambda: True)
        try:
            program.start()
            until(lambda: LAST_SAMPLE in program.output, 180, "the last sample is sent")
            yield program.output.partition("console   ")[2].split()[0]
        finally:
            program.send(signal.SIGINT)
            program.exit_code()


if __name__ == "__main__":
    sys.exit(main())
