"""Every foreseeable mistake ends in one clear message and an exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import Commands
from tests.support.harness import Harness, order_key
from worker.cli.commands import COMMANDS
from worker.cli.main import fulfillment as group
from worker.cli.main import run

MAIN = "FULFILLMENT_ACCOUNTS__MAIN__"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({f"{MAIN}HMAC_SECRET": None}, f"{MAIN}HMAC_SECRET is missing."),
        ({f"{MAIN}HMAC_SECRET": "short"}, f"{MAIN}HMAC_SECRET must be at least 8 bytes long."),
        ({"FULFILLMENT_LISTENING": "x"}, "FULFILLMENT_LISTENING is not a known setting"),
        ({"FULFILLMENT_DATABASE_URL": "mysql://x"}, "FULFILLMENT_DATABASE_URL must be sqlite"),
        ({"FULFILLMENT_CONFIG": "/nowhere.toml"}, "FULFILLMENT_CONFIG names /nowhere.toml: there is no such file."),
    ],
)
@pytest.mark.parametrize("command", [("doctor",), ("migrate",), ("orders", "list"), ("deliveries", "show", "1")])
def test_wrong_settings_are_named_and_end_with_2(fulfillment: Commands, command, settings, sentence):
    fulfillment.set(settings)
    result = fulfillment(*command)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err
    assert len(result.err.splitlines()) == 1


def test_without_a_database_the_message_names_the_command_to_run_and_no_file_appears(
    fulfillment: Commands, tmp_path: Path
):
    result = fulfillment("orders", "list")
    assert (result.code, result.err) == (3, "fulfillment: there is no database yet: run `fulfillment migrate`\n")
    assert list(tmp_path.iterdir()) == []
    assert fulfillment("migrate").code == 0
    assert fulfillment("orders", "list").out == "No such orders.\n"


def test_a_file_that_is_not_a_database_ends_with_3(fulfillment: Commands, tmp_path: Path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fulfillment.db").write_bytes(b"no database, but long enough to be one" * 100)
    result = fulfillment("orders", "list")
    assert (result.code, "file is not a database" in result.err) == (3, True)


def test_a_database_server_that_does_not_answer_ends_with_3_and_its_password_is_not_shown(fulfillment: Commands):
    fulfillment.set(
        {"FULFILLMENT_DATABASE_URL": "postgresql://user:pass_whsec_of_the_courier_of_these_tests@127.0.0.1:9/x"}
    )
    result = fulfillment("orders", "list")
    assert result.code == 3
    assert result.err.startswith("fulfillment: the database does not answer")


def test_a_folder_that_cannot_be_written_ends_with_3(fulfillment: Commands):
    fulfillment.set({"FULFILLMENT_DATA_DIR": "/proc/nowhere"})
    result = fulfillment("migrate")
    assert (result.code, result.err) == (3, "fulfillment: No such file or directory: /proc/nowhere\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("orders",),
        ("orders", "nonsense"),
        ("orders", "list", "--limit", "0"),
        ("orders", "list", "--stage", "nowhere"),
        ("orders", "advance", "1", "--to", "shipped"),
        ("orders", "advance", "1", "--reason", "x"),
        ("orders", "release", "1"),
        ("deliveries", "show", "x"),
        ("deliveries", "show", str(2**63)),
        ("doctor", "--max-age", "soon"),
        ("send",),
        ("send", "--source", "courier", "--event", "order.shipped"),
        ("send", "--source", "courier", "--event", "order.shipped", "--order", "1", "--number", "ORD-1"),
    ],
)
def test_wrong_use_ends_with_2_and_shows_the_usage(fulfillment: Commands, arguments):
    result = fulfillment(*arguments)
    assert result.code == 2
    assert "Usage: fulfillment" in result.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("order", "list"), "No such command 'order'. Did you mean 'orders'?"),
        (("orders", "lst"), "No such command 'lst'. Did you mean 'list'?"),
        (("nonsense",), "No such command 'nonsense'.\n"),
    ],
)
def test_a_misspelt_command_is_answered_with_the_similar_one(fulfillment: Commands, arguments, sentence):
    result = fulfillment(*arguments)
    assert (result.code, sentence in result.err) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("deliveries", "show", "abc"),
        ("deliveries", "replay", "abc"),
        ("deliveries", "list", "--limit", "abc"),
        ("platform", "orders", "list", "--limit", "abc"),
        ("send", "--parcels", "abc"),
        ("receiver", "--processes", "abc"),
        ("worker", "--concurrency", "abc"),
    ],
)
def test_a_text_that_is_not_a_number_is_refused_in_plain_words(fulfillment: Commands, arguments):
    result = fulfillment(*arguments)
    assert (result.code, result.out) == (2, "")
    assert "'abc' is not a valid whole number." in result.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("orders", "show", "4711"), "knows no order main/4711"),
        (("orders", "explain", "nobody/1"), "name no account “nobody”"),
        (("orders", "show", "\udcff\x1b[31m"), "is not an order"),
        (("orders", "retry", "0x1"), "is not an order id: a positive integer"),
        (("deliveries", "show", "9"), "there is no delivery 9"),
        (("deliveries", "replay", "9"), "there is no delivery 9"),
        (("orders", "list", "--account", "nobody"), "name no account “nobody”; they name: main"),
        (("orders", "list", "--account", "nobody", "--json"), "name no account “nobody”"),
        (("deliveries", "list", "--source", "nobody"), "name no source “nobody”; they name: "),
        (("send", "--source", "nobody", "--order", "1", "--event", "x"), "name no source “nobody”"),
        (("send", "--source", "courier", "--order", "1", "--event", "x", "--url", "ftp://x"), "must begin with http"),
        (("send", "--source", "courier", "--order", "1", "--event", "x", "--url", "http://u:p@h"), "must have no user"),
    ],
)
def test_an_illegal_request_says_why_and_ends_with_2(fulfillment: Commands, harness: Harness, arguments, sentence):
    result = fulfillment(*arguments)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err
    assert "\x1b" not in result.err


def test_a_receiver_that_does_not_answer_ends_with_3(fulfillment: Commands):
    fulfillment.set({"FULFILLMENT_LISTEN": "127.0.0.1:9"})
    result = fulfillment("send", "--source", "courier", "--order", "1", "--event", "order.shipped")
    assert (result.code, "127.0.0.1:9/webhooks/courier does not answer" in result.err) == (3, True)


def test_ctrl_c_ends_with_130_and_no_traceback(fulfillment: Commands, monkeypatch: pytest.MonkeyPatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(group, "invoke", interrupt)
    assert fulfillment("doctor")[::2] == (130, "fulfillment: interrupted\n")


def test_a_reader_that_closes_the_pipe_is_no_failure(fulfillment: Commands, harness: Harness):
    for number in range(1, 30):
        harness.accept(order=order_key(number))
    for arguments in (["orders", "list"], ["orders", "list", "--json"]):
        program = [sys.executable, "-m", "worker.cli", *arguments]
        with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert (process.stderr.read(), process.wait(60)) == (b"", 0)


def test_an_account_or_a_source_that_has_left_the_settings_is_found_in_the_database(
    fulfillment: Commands, harness: Harness
):
    harness.accept(order=order_key(1))
    source = fulfillment("deliveries", "list", "--json").document["source"]
    fulfillment.set({name: None for name in os.environ if name.startswith("FULFILLMENT_SOURCES__")})
    assert fulfillment("deliveries", "list", "--source", source, "--json").document["source"] == source
    assert fulfillment("deliveries", "list", "--source", "operator").out == "No such deliveries.\n"
    fulfillment.set(
        {name.replace("__MAIN__", "__OTHER__"): os.environ[name] for name in os.environ if name.startswith(MAIN)}
    )
    fulfillment.set({name: None for name in os.environ if name.startswith(MAIN)})
    assert fulfillment("orders", "list", "--account", "main", "--json").document["account"] == "main"


def test_a_closed_stdout_is_no_failure(fulfillment: Commands, harness: Harness):
    for arguments in ("orders list", "orders list --json", "migrate"):
        program = f"exec {sys.executable} -m worker.cli {arguments} >&-"
        ended = subprocess.run(program, shell=True, stderr=subprocess.PIPE, check=False, timeout=60)  # noqa: S602 - ours
        assert (ended.stderr, ended.returncode) == (b"", 0)


@pytest.mark.parametrize(
    ("arguments", "code"), [("orders show 4711", 2), ("nonsense", 2), ("orders list", 0), ("platform orders list", 3)]
)
def test_no_message_goes_to_stdout_when_stderr_is_closed(fulfillment: Commands, harness: Harness, arguments, code):
    program = f"exec {sys.executable} -m worker.cli {arguments} 2>&-"
    ended = subprocess.run(program, shell=True, stdout=subprocess.PIPE, check=False, timeout=60)  # noqa: S602 - ours
    assert (ended.stdout, ended.returncode) == (b"No such orders.\n" if code == 0 else b"", code)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_listed_command_exists_and_has_a_help_text(name, capsys: pytest.CaptureFixture[str]):
    assert run([name, "-h"]) == 0
    assert f"Usage: fulfillment {name}" in capsys.readouterr().out
