"""After a writer of a SQLite file was killed, one process recovers the log, and the others wait for it."""

import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import make_url

from tests.support.database_in_trouble import count_deliveries
from tests.support.events import a_delivery, an_event
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake

RECOVERING = """
import fcntl, sys
WRITE_LOCK = 120  # the locks for a writer, for a checkpoint and for the recovery follow each other
with open(sys.argv[1], "r+b", buffering=0) as index:
    fcntl.lockf(index, fcntl.LOCK_EX, 3, WRITE_LOCK)
    index.write(b"\\xff" * 96)
    print("recovering", flush=True)
    sys.stdin.read()
"""
"""Holds the locks of a process that recovers the log, and leaves the index of the log as a killed writer does."""


def test_a_delivery_waits_while_another_process_recovers_the_log(sqlite_url: str):
    database = Database(sqlite_url, timeout_seconds=60)
    intake = SqlIntake(database)
    intake.write(a_delivery(an_event(key="evt_1")))
    index = Path(f"{make_url(sqlite_url).database}-shm")
    command = [sys.executable, "-c", RECOVERING, str(index)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdin
        assert other.stdout.readline() == "recovering\n"
        threading.Timer(0.2, other.stdin.close).start()
        assert intake.write(a_delivery(an_event(key="evt_2"))).outcome == "accepted"
    assert count_deliveries(database) == 2
    database.close()
