"""The files in `deploy`, checked by the programs that read them: systemd and a shell."""

import os
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
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=60, check=False
    )
    assert [line for line in verdict.stderr.splitlines() if path.name in line] == []
    assert verdict.returncode == 0


def test_a_shell_accepts_the_command_line_of_the_services():
    subprocess.run(["sh", "-n", DEPLOY / "fulfillment.sh"], check=True, timeout=60)


def test_the_command_line_of_the_services_still_knows_who_called_sudo(tmp_path: Path):
    if os.getuid() or not shutil.which("runuser"):
        pytest.skip("only root can run a command as another user")
    tmp_path.chmod(0o755)
    (tmp_path / "env").write_text("FULFILLMENT_LOG_LEVEL=error\n")
    script, program = tmp_path / "fulfillment", tmp_path / "program"
    program.write_text('#!/bin/sh\necho "$(id -un) $SUDO_USER $FULFILLMENT_LOG_LEVEL $1"\n')
    text = (DEPLOY / "fulfillment.sh").read_text()
    for ours, its in (
        ("/etc/fulfillment/env", str(tmp_path / "env")),
        ("/opt/fulfillment/.venv/bin/fulfillment", str(program)),
        ("runuser -u fulfillment", "runuser -u nobody"),
    ):
        assert ours in text
        text = text.replace(ours, its)
    script.write_text(text)
    script.chmod(0o755)
    program.chmod(0o755)
    environ = {"PATH": os.environ["PATH"], "SUDO_USER": "sara"}
    result = subprocess.run([script, "doctor"], env=environ, capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout == "nobody sara error doctor\n"
