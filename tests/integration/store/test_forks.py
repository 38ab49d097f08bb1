"""A server may load the application and fork after that: each process then has connections of its own."""

import subprocess
import sys

FORK = """
import os, sys
from worker.store.database.database import Database

def connection_of(transaction):
    return transaction.connection.driver_connection

database = Database(sys.argv[1])
with database.read() as transaction:
    loaded_with = connection_of(transaction)
pid = os.fork()
with database.write() as transaction:
    own = connection_of(transaction)
    assert transaction.exec_driver_sql("SELECT count(*) FROM locks").scalar() == 0
os.write(1, b"shared " if own is loaded_with else b"own ")
if pid == 0:
    os._exit(0)
sys.exit(os.waitpid(pid, 0)[1])
"""


def test_no_process_uses_a_connection_that_was_opened_before_a_fork(database_url: str):
    forked = subprocess.run(
        [sys.executable, "-c", FORK, database_url], capture_output=True, text=True, check=True, timeout=120
    )
    assert forked.stdout.split() == ["own", "own"]
