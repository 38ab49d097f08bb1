"""Changes the rules of the program in every small way that mutmut knows, and counts how many changes the tests notice.

Called by `make mutants`. Fails when the tests notice fewer than 85 of 100 mutants. MUTANTS.md says which mutants
survive, and why they may.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

MUTMUT = str(Path(sys.executable).with_name("mutmut"))
FOLDER = Path("mutants")
ENOUGH = 85
"""Per cent."""


def main() -> int:
    """Run all mutants, and return the exit code."""
    # mutmut would reuse the results of an earlier run, although the tests have changed.
    shutil.rmtree(FOLDER, ignore_errors=True)
    for command in ("run", "results", "export-cicd-stats"):
        subprocess.run([MUTMUT, command], check=True)
    counts = json.loads((FOLDER / "mutmut-cicd-stats.json").read_text())
    noticed = counts["killed"] + counts["timeout"] + counts["segfault"]
    share = 100 * noticed / counts["total"]
    sys.stdout.write(f"{noticed} of {counts['total']} mutants were noticed: {share:.1f} % (wanted: {ENOUGH} %)\n")
    return 0 if share >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
