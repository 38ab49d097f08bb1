"""The console behind a real nginx with the sample of `deploy`: people log in over TLS, and act."""

import re
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.console_client import PASSWORD, console_app
from tests.support.nginx import CONSOLE, Proxy
from tests.support.peer import CERTIFICATE
from tests.support.wire import serving
from webhook_receiver.server.timeouts import Timeouts
from worker.console.access import passwords
from worker.console.access.passwords import hash_password
from worker.console.pages import about, login
from worker.store.console.users import SqlUsers
from worker.store.database.database import Database

GUARD_SECONDS = 100


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with closing(Database(sqlite_url)) as opened:
        yield opened


@contextmanager
def person(database: Database, folder: Path) -> Iterator[httpx.Client]:
    """Open the console behind nginx, and a client of it that knows only nginx."""
    context = ssl.create_default_context(cafile=CERTIFICATE)
    with (
        console_app(database, (login.add_routes, about.add_routes), TRUSTED_PROXIES="127.0.0.1") as app,
        serving(app, Timeouts()) as (_, port),
        Proxy(folder, port, sample=CONSOLE).running() as proxy,
        httpx.Client(
            base_url=f"https://localhost:{proxy.port}", verify=context, trust_env=False, timeout=GUARD_SECONDS
        ) as client,
    ):
        yield client


def test_without_users_a_proxy_on_this_machine_lets_nobody_in(database: Database, tmp_path: Path):
    with person(database, tmp_path) as client:
        page = client.get("/about")
        assert page.status_code == 403
        assert "fulfillment console users add NAME" in page.text


def test_people_log_in_over_tls_and_their_forms_are_taken(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(passwords, "METHOD", "scrypt:1024:8:1")
    assert SqlUsers(database).add("sara", "operator", hash_password(PASSWORD))
    with person(database, tmp_path) as client:
        origin = {"Origin": str(client.base_url).rstrip("/")}
        fields = {"name": "sara", "password": PASSWORD, "next": "/about"}
        answer = client.post("/login", data=fields, headers=origin)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/about")
        assert answer.headers["Set-Cookie"].startswith("__Host-fulfillment=")
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        page = client.get("/about")
        assert page.status_code == 200
        token = re.findall(r'name="form_token" value="(\w+)"', page.text)[0]
        other = {"Origin": "https://localhost:1"}
        assert client.post("/logout", data={"form_token": token}, headers=other).status_code == 403
        assert client.post("/logout", data={"form_token": token}, headers=origin).status_code == 303
        assert client.get("/about").status_code == 303
