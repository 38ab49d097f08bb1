"""The files that people copy: settings that are taken, units that start what exists, a proxy that spoils nothing."""

import configparser
import re
import shlex
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.pages import README, ROOT, part
from worker import cli
from worker.processes.exits import WRONG_USE
from worker.processes.supervisor import STOPS_WITHIN
from worker.settings import describe, load_settings
from worker.settings.model import Settings
from worker.settings.sources import Family, SourceSettings

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
ENV = (DEPLOY / ".env.example").read_text()
NGINX = (DEPLOY / "nginx.conf").read_text()
ASSIGNMENT = re.compile(r"^(?:# )?(FULFILLMENT_\w+)=(.*)$", re.MULTILINE)


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # the keys of units have capitals
    parser.read_string(path.read_text())
    return parser


# ------------------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize("all_of_them", [False, True], ids=["as it is", "with what is commented out"])
def test_the_example_settings_are_taken_once_the_secrets_are_there(tmp_path: Path, all_of_them: bool):
    given = {name: value for name, value in ASSIGNMENT.findall(ENV) if all_of_them or f"# {name}" not in ENV}
    for name in [name for name in given if name.endswith("_FILE")]:
        secret = tmp_path / Path(given[name]).name
        secret.write_text("a-secret-of-this-test\n")
        given[name] = str(secret)
    settings = load_settings(given)
    assert settings.accounts["main"].complete_after >= timedelta(days=1)
    assert settings.accounts["main"].dry_run is all_of_them
    assert settings.sources["courier"].allow == frozenset[Family]({"shipment"})
    assert settings.uses_embedded_valkey is not all_of_them


def test_shells_and_systemd_read_the_example_alike():
    for name, value in ASSIGNMENT.findall(ENV):
        assert shlex.split(value) == [value], name
        assert not set(value) & set("$`\\\"'"), name


def test_the_example_names_no_secret_but_files():
    secrets = [name for name, _ in ASSIGNMENT.findall(ENV) if "SECRET" in name]
    assert secrets
    assert all(name.endswith("_FILE") for name in secrets)
    assert {name.removesuffix("_FILE").rpartition("__")[2].lower() for name in secrets} <= {
        setting.key.rpartition(".")[2] for setting in describe()
    }


# ---------------------------------------------------------------------------------------------------------------- units


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_a_command_that_exists_with_the_example_settings(path: Path):
    service = unit(path)["Service"]
    program, command = service["ExecStart"].split()
    assert command in cli.COMMANDS
    assert Path(program).name == "fulfillment"
    assert service["EnvironmentFile"] == "/etc/fulfillment/env"
    assert f"/var/lib/{service['StateDirectory']}" == dict(ASSIGNMENT.findall(ENV))["FULFILLMENT_DATA_DIR"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_started_again_unless_its_settings_are_wrong(path: Path):
    service = unit(path)["Service"]
    assert service["Restart"] == "always"
    assert service["RestartPreventExitStatus"] == str(WRONG_USE)
    assert int(service["TimeoutStopSec"]) >= (STOPS_WITHIN if service["ExecStart"].endswith("receiver") else 60)


def test_what_ends_its_children_in_order_is_left_to_do_so():
    assert unit(DEPLOY / "fulfillment.service")["Service"]["KillMode"] == "mixed"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_understands_every_line_of_a_unit(path: Path, tmp_path: Path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is missing: systemd-analyze")
    program = tmp_path / "fulfillment"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / path.name
    copy.write_text(re.sub(r"(?<=^ExecStart=)\S+", str(program), path.read_text(), flags=re.MULTILINE))
    judged = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=30, check=False
    )
    assert [line for line in judged.stderr.splitlines() if path.name in line] == []
    assert judged.returncode == 0


# ---------------------------------------------------------------------------------------------------------------- shell


def test_the_command_line_of_the_services_is_a_shell_script_that_anybody_may_run():
    script = DEPLOY / "fulfillment.sh"
    assert script.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", script], check=True, timeout=10)
    told = part(README, "## Set-up")
    for path in re.findall(r"/(?:etc|opt|usr)/[\w./]*fulfillment[\w./]*", script.read_text()):
        assert path.removesuffix(".venv/bin/fulfillment").rstrip("/.") in told


# ---------------------------------------------------------------------------------------------------------------- proxy


def test_the_proxy_passes_the_signed_target_on_untouched():
    targets = re.findall(r"proxy_pass (\S+);", NGINX)
    assert set(targets) == {f"http://{Settings.model_fields['listen'].default}"}  # with a path, it would be rewritten


def test_the_proxy_lets_every_body_through_that_the_receiver_takes_by_default():
    megabytes = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(megabytes[0]) * 1_048_576 >= SourceSettings.model_fields["max_body"].default


def test_the_proxy_says_for_whom_it_speaks_and_shows_no_inner_page():
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX
    assert re.findall(r"location (?:= )?(\S+)", NGINX) == ["/webhooks/", "/healthz", "/"]
