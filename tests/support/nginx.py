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
from typing import NamedTuple

import pytest

from tests.support.peer import CERTIFICATE
from tests.support.programs import ROOT, free_port, until
from tests.support.wire import Connection


class Sample(NamedTuple):
    """A sample: its file, the name of its host, the address behind it, and the rate that one address may have."""

    path: Path
    host: str
    backend: str
    rate: str


RECEIVER = Sample(ROOT / "deploy" / "nginx.conf", "hooks.example.com", "127.0.0.1:8000", "100r/s")
CONSOLE = Sample(ROOT / "deploy" / "nginx-console.conf", "console.example.com", "127.0.0.1:8001", "20r/s")
MAIN_SETTINGS = re.compile(r"^#   (\S.*[;}])$", re.MULTILINE)
"""The lines that the sample wants in nginx.conf itself."""


def nginx_program() -> str:
    """Return the path of nginx. Without one, the test is skipped."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("this machine has no nginx: its sample was only read")
    return program


def write_settings(
    folder: Path, port: int, backend_port: int, *, tls: bool = True, rate: str = "", sample: Sample = RECEIVER
) -> Path:
    """Write settings for nginx that include the *sample*, unchanged but for addresses and paths. Returns their path.

    Without *tls*, it listens for HTTP, because thousands of handshakes would take long. A *rate* takes the place of the
    sample's, which a busy machine does not exceed.
    """
    text = sample.path.read_text()
    for ours, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port}" + " ssl" * tls),
        (sample.backend, f"127.0.0.1:{backend_port}"),
        (f"/etc/letsencrypt/live/{sample.host}/fullchain.pem", str(CERTIFICATE)),
        (f"/etc/letsencrypt/live/{sample.host}/privkey.pem", str(CERTIFICATE)),
        (sample.rate, rate or sample.rate),
    ):
        assert ours in text
        text = text.replace(ours, here)
    (folder / "sample.conf").write_text(text.replace("/var/log/nginx", str(folder)))
    temporary = " ".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root root;" if os.getuid() == 0 else ""
    main_settings = MAIN_SETTINGS.findall(text) or ["events { }"]
    main = "\n".join([user, f"pid {folder}/pid;", "daemon off;", *main_settings])
    settings = folder / "nginx.conf"
    settings.write_text(f"{main}\nhttp {{ access_log off; {temporary} include {folder}/sample.conf; }}\n")
    return settings


def arguments(folder: Path, settings: Path) -> list[str]:
    """Return the arguments of nginx for *settings*; it writes only into *folder*."""
    return ["-p", str(folder), "-e", str(folder / "error.log"), "-c", str(settings)]


class Proxy:
    """nginx with the *sample*, before what listens at *backend_port*."""

    def __init__(
        self, folder: Path, backend_port: int, *, tls: bool = True, rate: str = "", sample: Sample = RECEIVER
    ) -> None:
        self.port, self._tls = free_port(), tls
        self._settings = write_settings(folder, self.port, backend_port, tls=tls, rate=rate, sample=sample)
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
