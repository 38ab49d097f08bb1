"""The embedded Valkey server: how it starts and stops, who owns it, and what happens when its owner dies."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from kombu.connection import Connection

from tests.support.programs import until
from worker.domain.errors import EmbeddedValkeyUnavailable, SettingsError
from worker.processes import valkey_server
from worker.processes.embedded_valkey import EmbeddedValkey
from worker.processes.valkey_socket import valkey_broker_url

ROOT = Path(__file__).parents[3]
START = (
    "from pathlib import Path; from worker.processes.embedded_valkey import EmbeddedValkey;"
    " v = EmbeddedValkey(Path({data_dir!r}))"
)
HOLD = "; v.start(); print(v.is_owner, flush=True); input(); v.stop()"
HOLD_WITHOUT_PARENT_DEATH_SIGNAL = (
    "; import threading; t = threading.Thread(target=v.start); t.start(); t.join(); print(1, flush=True); input()"
)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    # The name of a test's own folder is too long for a socket.
    with tempfile.TemporaryDirectory(prefix="valkey-") as short:
        folder = Path(short) / "data with %20"
        yield folder
        with EmbeddedValkey(folder) as adopted:  # it ends a server that a failed test may have left
            assert adopted.is_owner


@pytest.fixture
def valkey(data_dir: Path) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(data_dir) as started:
        yield started


def hold(data_dir: Path, program: str = HOLD) -> subprocess.Popen[str]:
    """Start a process that starts the server and waits for a line."""
    command = [sys.executable, "-c", START.format(data_dir=str(data_dir)) + program]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def pid_of(valkey: EmbeddedValkey) -> int:
    with redis.Redis(unix_socket_path=str(valkey.socket)) as client:
        return int(client.info("server")["process_id"])


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_server_serves_redis_py_and_kombu_and_writes_nothing_to_disk(valkey, data_dir):
    with redis.Redis(unix_socket_path=str(valkey.socket)) as client:
        assert client.ping()
        config = client.config_get("maxmemory*", "save", "appendonly", "port")
    assert config["maxmemory"] == str(64 * 1024 * 1024)
    assert (config["maxmemory-policy"], config["save"], config["appendonly"], config["port"]) == (
        "noeviction",
        "",
        "no",
        "0",
    )
    with Connection(valkey_broker_url(data_dir)) as connection, connection.SimpleQueue("q") as queue:
        queue.put("order")
        message = queue.get(timeout=60)
        message.ack()
        assert message.payload == "order"
    assert {path.suffix for path in data_dir.iterdir()} == {".sock", ".lock", ".log"}
    assert data_dir.stat().st_mode & 0o777 == 0o700


def test_ctrl_c_does_not_reach_the_server(valkey):
    assert os.getpgid(pid_of(valkey)) != os.getpgrp()
    assert os.getsid(pid_of(valkey)) != os.getsid(0)


def test_a_stop_leaves_no_process_and_no_socket_and_the_server_starts_again(data_dir):
    valkey = EmbeddedValkey(data_dir)
    for _ in range(2):
        valkey.start()
        pid = pid_of(valkey)
        valkey.stop()
        valkey.stop()
        assert not is_alive(pid)
        assert not valkey.socket.exists()


def test_a_frozen_server_is_killed(data_dir, monkeypatch):
    monkeypatch.setattr("worker.processes.embedded_valkey.STOP_TIMEOUT", timedelta(milliseconds=200))
    valkey = EmbeddedValkey(data_dir)
    valkey.start()
    pid = pid_of(valkey)
    os.kill(pid, signal.SIGSTOP)
    valkey.stop()
    assert not is_alive(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tell a child that its parent has died")
def test_the_server_ends_when_its_owner_is_killed(data_dir):
    with hold(data_dir) as owner:
        assert owner.stdout
        owner.stdout.readline()
        pid = pid_of(EmbeddedValkey(data_dir))
        owner.kill()
    until(lambda: not is_alive(pid), what="the server has ended")


def test_a_server_of_a_killed_owner_is_adopted_and_ended(data_dir):
    with hold(data_dir, HOLD_WITHOUT_PARENT_DEATH_SIGNAL) as owner:
        assert owner.stdout
        owner.stdout.readline()
        pid = pid_of(EmbeddedValkey(data_dir))
        owner.kill()
    with EmbeddedValkey(data_dir) as next_owner:
        assert next_owner.is_owner
        assert pid_of(next_owner) == pid
    assert not is_alive(pid)


def test_a_dead_socket_is_replaced(data_dir):
    data_dir.mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(EmbeddedValkey(data_dir).socket))
    with EmbeddedValkey(data_dir) as valkey:
        assert pid_of(valkey)


def test_one_of_two_starters_owns_the_server_and_the_other_does_not_end_it(data_dir):
    with hold(data_dir) as one, hold(data_dir) as other:
        starters = {process: process.stdout.readline().strip() for process in (one, other) if process.stdout}
        assert sorted(starters.values()) == ["False", "True"]
        user, owner = sorted(starters, key=lambda process: starters[process])
        pid = pid_of(EmbeddedValkey(data_dir))
        user.communicate("\n", timeout=60)
        assert is_alive(pid)
        owner.communicate("\n", timeout=60)
        assert not is_alive(pid)


def test_a_path_too_long_for_a_socket_is_refused_with_advice(tmp_path):
    with pytest.raises(SettingsError, match="set redis_url, or choose a shorter data_dir"):
        EmbeddedValkey(tmp_path / ("x" * 90))


def test_another_program_at_the_socket_is_not_taken_for_the_server(data_dir):
    data_dir.mkdir()
    valkey = EmbeddedValkey(data_dir)
    with socket.socket(socket.AF_UNIX) as other_program:
        other_program.bind(str(valkey.socket))
        other_program.listen()
        with pytest.raises(EmbeddedValkeyUnavailable, match="does not answer"):
            valkey.start(timeout=timedelta(milliseconds=100))
        assert valkey.socket.exists()
        assert not valkey.is_owner


def test_the_error_of_a_server_that_cannot_start_names_the_log_file(data_dir, monkeypatch):
    monkeypatch.setattr("worker.processes.valkey_server.MAX_MEMORY", "plenty")
    with pytest.raises(EmbeddedValkeyUnavailable, match=r"it ended as soon as it began; see .*valkey\.log"):
        EmbeddedValkey(data_dir).start()
    assert b"maxmemory" in (data_dir / "valkey.log").read_bytes()


def test_a_folder_that_cannot_be_made_is_an_error_that_says_why(data_dir):
    data_dir.mkdir()
    (data_dir / "file").touch()
    with pytest.raises(EmbeddedValkeyUnavailable, match="cannot be started: Not a directory"):
        EmbeddedValkey(data_dir / "file" / "data").start()


def test_the_server_gets_none_of_our_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (program := tmp_path / "server").write_text("#!/bin/sh\nenv\n")
    program.chmod(0o700)
    monkeypatch.setattr(valkey_server, "_binary", lambda: str(program))
    monkeypatch.setenv("FULFILLMENT_METRICS_TOKEN", "what-nobody-may-see")
    assert valkey_server.start_server(tmp_path / "socket", tmp_path / "log").wait(timeout=60) == 0
    environment = (tmp_path / "log").read_text()
    assert "PATH=" in environment
    assert "what-nobody-may-see" not in environment
