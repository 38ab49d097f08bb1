"""A real nginx with the sample of `deploy`, in a folder of its own and on a free port."""

import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.peer import CERTIFICATE
from tests.support.programs import ROOT, free_port, until
from tests.support.wire import Connection

SAMPLE = ROOT / "deploy" / "nginx.conf"
RATE = "100r/s"
"""How many requests of one address the sample takes."""
MAIN_SETTINGS = re.compile(r"^#   (\S.*[;}])$", re.MULTILINE)
"""The lines that the sample wants in nginx.conf itself."""


def nginx_program() -> str:
    """Return the path of nginx. Without one, the test is skipped."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("this machine has no nginx: its sample was only read")
    return program


def write_settings(folder: Path, port: int, receiver_port: int, *, tls: bool = True, rate: str = "") -> Path:
    """Write settings for nginx that include the sample, unchanged but for addresses and paths. Returns their path.

    Without *tls*, it listens for HTTP, because thousands of handshakes would take long. A *rate* takes the place of the
    sample's, which a busy machine does not exceed.
    """
    sample = SAMPLE.read_text()
    for ours, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port}" + " ssl" * tls),
        ("127.0.0.1:8000", f"127.0.0.1:{receiver_port}"),
        ("/etc/letsencrypt/live/hooks.example.com/fullchain.pem", str(CERTIFICATE)),
        ("/etc/letsencrypt/live/hooks.example.com/privkey.pem", str(CERTIFICATE)),
        ("/var/log/nginx", str(folder)),
        (RATE, rate or RATE),
    ):
        assert ours in sample
        sample = sample.replace(ours, here)
    (folder / "sample.conf").write_text(sample)
    temporary = " ".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root root;" if os.getuid() == 0 else ""
    main = "\n".join([user, f"pid {folder}/pid;", "daemon off;", *MAIN_SETTINGS.findall(sample)])
    settings = folder / "nginx.conf"
    settings.write_text(f"{main}\nhttp {{ access_log off; {temporary} include {folder}/sample.conf; }}\n")
    return settings


def arguments(folder: Path, settings: Path) -> list[str]:
    """Return the arguments of nginx for *settings*; it writes only into *folder*."""
    return ["-p", str(folder), "-e", str(folder / "error.log"), "-c", str(settings)]


class Proxy:
    """nginx with the sample, before the receiver at *receiver_port*."""

    def __init__(self, folder: Path, receiver_port: int, *, tls: bool = True, rate: str = "") -> None:
        self.port, self._tls = free_port(), tls
        self._settings = write_settings(folder, self.port, receiver_port, tls=tls, rate=rate)
        self._folder = folder

    @contextmanager
    def running(self) -> Iterator["Proxy"]:
        command = [nginx_program(), *arguments(self._folder, self._settings)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(self._listens, what="nginx listens")
            yield self
        finally:
            process.terminate()
            process.wait(60)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def connect(self) -> Connection:
        """Return a connection."""
        connection = Connection(self.port)
        if not self._tls:
            return connection
        connection.stream.close()
        context = ssl.create_default_context(cafile=CERTIFICATE)
        connection.socket = context.wrap_socket(connection.socket, server_hostname="localhost")
        connection.stream = connection.socket.makefile("rb")
        return connection
