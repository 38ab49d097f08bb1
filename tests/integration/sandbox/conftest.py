"""The sandbox as a process, called over HTTP."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import pytest

from tests.support.sandbox_api import API_KEY, HMAC_SECRET, CekatSandboxApi, SandboxApi, over_http

AWALCHAT = ["--domain", "shop", "--client-id", "client", "--phone-number-id", "123456"]
CEKAT = ["--platform", "cekat"]
Start = Callable[..., AbstractContextManager[subprocess.Popen[str]]]


@contextmanager
def start_sandbox(*options: str, stderr: int | None = None, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Start a sandbox with *options* and environment *variables*; kill it at the end."""
    command = [sys.executable, "-m", "deploy.sandbox", *options]
    environment = os.environ | variables
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def url_of(process: subprocess.Popen[str]) -> str:
    """Wait until the sandbox listens, and return its URL."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("sandbox listening on http://127.0.0.1:")
    return line.split()[-1]


@pytest.fixture
def start() -> Start:
    """Starts a sandbox of awalchat with more options and environment variables, and captures its stderr."""
    return partial(start_sandbox, *AWALCHAT, stderr=subprocess.PIPE, SANDBOX_HMAC_SECRET=HMAC_SECRET)


@pytest.fixture(scope="module")
def awalchat_url() -> Iterator[str]:
    with start_sandbox(*AWALCHAT, SANDBOX_HMAC_SECRET=HMAC_SECRET) as process:
        yield url_of(process)


@pytest.fixture(scope="module")
def cekat_url() -> Iterator[str]:
    with start_sandbox(*CEKAT, SANDBOX_API_KEY=API_KEY) as process:
        yield url_of(process)


@pytest.fixture
def api(awalchat_url: str) -> Iterator[SandboxApi]:
    """The sandbox of awalchat after a reset."""
    with over_http(awalchat_url) as send:
        api = SandboxApi(send, time.time)
        assert api.control("POST", "/reset").status == 204
        yield api


@pytest.fixture
def cekat_api(cekat_url: str) -> Iterator[CekatSandboxApi]:
    """The sandbox of Cekat after a reset."""
    with over_http(cekat_url) as send:
        api = CekatSandboxApi(send, time.time, "/api")
        assert api.control("POST", "/reset").status == 204
        yield api
