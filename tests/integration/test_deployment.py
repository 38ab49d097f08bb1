"""The files in `deploy`, checked by the programs that read them: systemd and a shell."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.pages import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_accepts_every_line_of_a_unit(path: Path, tmp_path: Path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("this machine has no systemd-analyze")
    program = tmp_path / "fulfillment"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / path.name
    copy.write_text(re.sub(r"(?<=^ExecStart=)\S+", str(program), path.read_text(), flags=re.MULTILINE))
    verdict = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=30, check=False
    )
    assert [line for line in verdict.stderr.splitlines() if path.name in line] == []
    assert verdict.returncode == 0


def test_a_shell_accepts_the_command_line_of_the_services():
    subprocess.run(["sh", "-n", DEPLOY / "fulfillment.sh"], check=True, timeout=10)
