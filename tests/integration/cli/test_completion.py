"""Completion in real shells."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
USE = 'eval "$(_FULFILLMENT_COMPLETE=bash_source fulfillment)"; COMP_WORDS=({line}); COMP_CWORD={position}; '


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment in which `fulfillment` is a program."""
    program = tmp_path / "fulfillment"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m worker.cli "$@"\n')
    program.chmod(0o700)
    return os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def test_bash_completes_with_the_script(environ: dict[str, str]):
    for words, expected in ({"fulfillment or": "orders", "fulfillment orders list --stopp": "--stopped"}).items():
        position = words.count(" ")
        script = USE.format(line=words, position=position)
        script += '_fulfillment_completion fulfillment; echo "${COMPREPLY[@]}"'
        shell = subprocess.run(
            ["bash", "--norc", "-c", script], env=environ, capture_output=True, text=True, timeout=60, check=False
        )
        assert (shell.stdout, shell.stderr) == (f"{expected}\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_has_a_script(environ: dict[str, str], shell: str):
    script = subprocess.run(
        ["fulfillment"],
        env=environ | {"_FULFILLMENT_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (script.returncode, script.stderr) == (0, "")
    assert f"_FULFILLMENT_COMPLETE={shell}_complete" in script.stdout
    if shutil.which(shell):  # a machine may lack zsh and fish
        checked = subprocess.run([shell, "-n"], input=script.stdout, text=True, capture_output=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_a_closed_stdout_is_no_failure(environ: dict[str, str]):
    ended = subprocess.run(
        ["sh", "-c", "exec fulfillment >&-"],
        env=environ | {"_FULFILLMENT_COMPLETE": "bash_source"},
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
