"""The units, judged by systemd itself, where it is installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.pages import ROOT

UNITS = sorted((ROOT / "deploy").glob("*.service"))
MOST_EXPOSURE = 1.5
ANALYZE = shutil.which("systemd-analyze")
PROGRAM = "/opt/fulfillment/.venv/bin/fulfillment"

pytestmark = pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed")


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ANALYZE), *arguments], capture_output=True, text=True, timeout=60, check=False, env={"LANG": "C.UTF-8"}
    )


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_hardly_exposed(unit: Path):
    done = analyze("security", "--offline=yes", "--no-pager", str(unit))
    (level,) = re.findall(r"exposure level for \S+ ([\d.]+)", done.stdout)
    assert float(level) <= MOST_EXPOSURE, done.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_every_line_of_a_unit(unit: Path, tmp_path: Path):
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace(PROGRAM, "/bin/true").replace("Conflicts=", "# Conflicts="))
    done = analyze("verify", "--man=no", str(copy))
    assert (done.returncode, done.stderr) == (0, "")
