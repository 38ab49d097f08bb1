"""The files in `deploy` that people copy: example settings, units, a proxy sample."""

import configparser
import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.pages import README, ROOT, part
from worker.cli.commands import COMMANDS
from worker.console.app import MAX_FORM_BYTES
from worker.processes.exits import WRONG_USE
from worker.processes.supervisor import STOP_TIMEOUT_SECONDS
from worker.settings import describe, load_settings
from worker.settings.console import ConsoleSettings
from worker.settings.model import Settings
from worker.settings.names import CONFIG
from worker.settings.sources import SourceSettings

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
ENV = (DEPLOY / ".env.example").read_text()
NGINX = (DEPLOY / "nginx.conf").read_text()
ASSIGNMENT = re.compile(r"^(?:# )?(FULFILLMENT_\w+)=(.*)$", re.MULTILINE)


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)  # a key may come again
    parser.optionxform = str  # type: ignore[assignment,method-assign] # the keys of units have capitals
    parser.read_string(path.read_text())
    return parser


# ------------------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize("is_whole", [False, True], ids=["as it is", "with what is commented out"])
def test_the_example_settings_are_accepted_once_the_secrets_exist(tmp_path: Path, is_whole: bool):
    given = {name: value for name, value in ASSIGNMENT.findall(ENV) if is_whole or f"# {name}" not in ENV}
    for name in [name for name in given if name.endswith("_FILE")]:
        secret = tmp_path / Path(given[name]).name
        secret.write_text(f"{name}-of-this-test\n")
        given[name] = str(secret)
    settings = load_settings(given)
    assert settings.accounts["main"].complete_after >= timedelta(days=1)
    assert settings.accounts["main"].dry_run
    assert settings.sources["courier"].allow == frozenset({"shipment"})
    assert settings.uses_embedded_valkey is not is_whole


def test_shells_and_systemd_read_the_example_alike():
    for name, value in ASSIGNMENT.findall(ENV):
        assert shlex.split(value) == ([value] if value else []), name
        assert not set(value) & set("$`\\\"'"), name


def test_the_example_makes_the_services_ignore_settings_files():
    assert dict(ASSIGNMENT.findall(ENV))[CONFIG] == ""


def test_the_example_names_files_of_secrets_and_has_no_secret():
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
    assert command in COMMANDS
    assert Path(program).name == "fulfillment"
    assert service["EnvironmentFile"] == "/etc/fulfillment/env"
    assert f"/var/lib/{service['StateDirectory']}" == dict(ASSIGNMENT.findall(ENV))["FULFILLMENT_DATA_DIR"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_started_again_unless_its_settings_are_wrong(path: Path):
    service = unit(path)["Service"]
    assert service["Restart"] == "always"
    assert service["RestartPreventExitStatus"] == str(WRONG_USE)
    shortest = STOP_TIMEOUT_SECONDS if service["ExecStart"].endswith("receiver") else 60
    assert int(service["TimeoutStopSec"]) >= shortest


def test_a_unit_that_ends_its_processes_itself_gets_the_time_for_it():
    assert unit(DEPLOY / "fulfillment.service")["Service"]["KillMode"] == "mixed"


# ---------------------------------------------------------------------------------------------------------------- shell


def test_the_command_line_of_the_services_is_executable_and_the_set_up_names_its_paths():
    script = DEPLOY / "fulfillment.sh"
    assert script.stat().st_mode & 0o111
    set_up = part(README, "## Set-up")
    for path in re.findall(r"/(?:etc|opt|usr)/[\w./]*fulfillment[\w./]*", script.read_text()):
        assert path.removesuffix(".venv/bin/fulfillment").rstrip("/.") in set_up


# ---------------------------------------------------------------------------------------------------------------- proxy


def test_the_proxy_passes_the_signed_target_on_unchanged():
    targets = re.findall(r"proxy_pass (\S+);", NGINX)
    assert set(targets) == {f"http://{Settings.model_fields['listen'].default}"}  # nginx rewrites a target with a path


def test_the_proxy_passes_every_body_that_the_receiver_accepts_by_default():
    megabytes = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(megabytes[0]) * 1_048_576 >= SourceSettings.model_fields["max_body"].default


def test_the_proxy_writes_no_query_string_of_a_webhook_into_a_log():
    log_format = re.findall(r"log_format webhooks '(.+)';", NGINX)[0]
    variables = set(re.findall(r"\$(\w+)", log_format))
    assert variables
    assert not variables & {"request", "request_uri", "args", "query_string", "is_args", "http_referer"}
    webhooks = NGINX.partition("location /webhooks/ {")[2].partition("}")[0]
    assert re.findall(r"access_log \S+ (\w+);", webhooks) == ["webhooks"]
    assert re.findall(r"error_log \S+ (\w+);", webhooks)[0] in {"crit", "alert", "emerg"}


def test_the_proxy_names_the_client_and_publishes_no_internal_page():
    # It replaces what the client has written there, and the example settings trust it.
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX
    assert dict(ASSIGNMENT.findall(ENV))["FULFILLMENT_TRUSTED_PROXIES"] in NGINX
    assert re.findall(r"location (?:= )?(\S+)", NGINX) == ["/webhooks/", "/healthz", "/"]


def test_the_proxy_bounds_what_one_address_takes_and_how_long_a_header_may():
    assert re.search(r"^    limit_conn webhook_connections \d+;", NGINX, re.MULTILINE)
    assert re.search(r"^    limit_req zone=webhook_requests burst=\d+ nodelay;", NGINX, re.MULTILINE)
    assert set(re.findall(r"limit_\w+_status (\d+);", NGINX)) == {"429"}
    assert int(re.findall(r"client_header_timeout (\d+)s;", NGINX)[0]) <= 5
    assert int(re.findall(r"^#   events \{ worker_connections (\d+); \}$", NGINX, re.MULTILINE)[0]) >= 8192


def test_the_proxy_of_the_console_passes_on_the_host_and_names_the_client():
    sample = (DEPLOY / "nginx-console.conf").read_text()
    assert re.findall(r"proxy_pass (\S+);", sample) == [f"http://{ConsoleSettings.model_fields['listen'].default}"]
    assert "proxy_set_header Host $http_host;" in sample  # `$host` has no port, and the Origin of a form has one
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in sample
    assert dict(ASSIGNMENT.findall(ENV))["FULFILLMENT_CONSOLE__TRUSTED_PROXIES"] == "127.0.0.1"
    assert int(re.findall(r"client_max_body_size (\d+)k;", sample)[0]) * 1024 >= MAX_FORM_BYTES
