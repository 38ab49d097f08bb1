"""A browser of the console without a network: it has cookies, and sends forms with the token of the last page."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from flask import Flask
from werkzeug.test import Client, TestResponse

from tests.support.good_settings import GOOD
from worker.application.context import Context
from worker.console.access.access import Access
from worker.console.access.logins import Logins
from worker.console.app import create_app
from worker.console.parts import AddRoutes, Parts
from worker.console.routes import ROUTES
from worker.settings import Settings, load_settings
from worker.store.console.sessions import SqlSessions
from worker.store.console.users import SqlUsers
from worker.store.database.database import Database

LOCAL = "127.0.0.1"
PUBLIC = "https://console.example"
PASSWORD = "three wheels and a kite"


@contextmanager
def console_app(database: Database, routes: tuple[AddRoutes, ...] = ROUTES, **settings: str) -> Iterator[Flask]:
    """Open the console's application on *database*, with *settings* of the table `console`. `local` acts here."""
    variables = {f"FULFILLMENT_CONSOLE__{name}": value for name, value in settings.items()}
    loaded: Settings = load_settings(GOOD | variables)
    access = Access(loaded.console, Logins(SqlUsers(database), SqlSessions(database)), "local")
    with closing(Parts(Context(loaded, database), access)) as parts:
        yield create_app(parts, routes)


@dataclass
class Browser:
    """A browser at the address *peer*, which asks the console at *origin*. *headers* go with each request."""

    app: Flask
    origin: str = "http://127.0.0.1:8001"
    peer: str = LOCAL
    headers: dict[str, str] = field(default_factory=dict)
    page: str = ""
    """The last page."""

    def __post_init__(self) -> None:
        self.client = Client(self.app)

    def get(self, path: str, **headers: str) -> TestResponse:
        """Ask for a page."""
        return self._open(path, "GET", None, headers)

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> TestResponse:
        """Send a form with the token of the last page, unless *fields* have another."""
        return self._open(path, "POST", {"form_token": self.token} | (fields or {}), headers)

    def log_in(self, name: str, password: str, leads_to: str = "/") -> TestResponse:
        """Send the form of the login."""
        return self.post("/login", {"name": name, "password": password, "next": leads_to})

    @property
    def token(self) -> str:
        """The form token of the last page; empty if it has none."""
        found = re.search(r'name="form_token" value="(\w+)"', self.page)
        return found[1] if found else ""

    def _open(self, path: str, method: str, fields: dict[str, str] | None, headers: dict[str, str]) -> TestResponse:
        named = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        environ = {"REMOTE_ADDR": self.peer}
        response = self.client.open(
            path, method=method, data=fields, base_url=self.origin, headers=named, environ_base=environ
        )
        self.page = response.get_data(as_text=True)
        return response
