"""A user of the console's pages, without a server: looks at pages, fills in their forms and sends them."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, cast

from werkzeug.test import TestResponse

from tests.support.fakes import FakeWakeUps
from tests.support.good_settings import GOOD
from worker.application.context import Context
from worker.console.access.access import Access
from worker.console.access.users import CurrentUser, Role
from worker.console.app import create_app
from worker.console.parts import Parts
from worker.operations.orders import Operations
from worker.settings import load_settings
from worker.settings.console import ConsoleSettings
from worker.store.database.database import Database

TOKEN = "token-of-the-forms"
Fields = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class _Anyone:
    """An access that knows one user, who sends every request."""

    user: CurrentUser
    settings: ConsoleSettings

    def identify(self, _request: object) -> CurrentUser:
        return self.user


class _QuietContext(Context):
    """A context whose operations enqueue nothing."""

    @property
    def operations(self) -> Operations:
        operations = super().operations
        return Operations(operations.store, operations.intake, FakeWakeUps(), operations.read_order_id)


class ConsoleUser:
    """The user `olga` with *role*, of the console over *database* with the settings of `good_settings`."""

    def __init__(self, database: Database, role: Role = Role.OPERATOR, /, **environ: str) -> None:
        settings = load_settings({**GOOD, **environ})
        access = cast("Access", _Anyone(CurrentUser("olga", role, TOKEN), settings.console))
        self.parts = Parts(_QuietContext(settings, database), access)
        self.app = create_app(self.parts)
        self._client = self.app.test_client()

    def get(self, path: str, status: int = 200) -> str:
        """Return the page at *path* as HTML, which must have this *status*."""
        answer = self._client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, fields: dict[str, Any], status: int = 200) -> str:
        """Return the answer to a form with *fields*, whatever page it comes from. It must have this *status*."""
        answer = self.send(path, {"form_token": TOKEN, **fields})
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, fields: dict[str, Any]) -> TestResponse:
        """Return the answer to a form with exactly these fields."""
        return self._client.post(path, data=fields)

    def submit(self, path: str, status: int = 200, /, **filled: str) -> str:
        """Open the form at *path*, fill in these fields, and return the answer."""
        return self.post(path, {**fields_of(self.get(path)), **filled}, status)

    def go_on(self, path: str, page: str) -> str:
        """Send the form of *page*, which was the answer to one at *path*, as it is."""
        return self.post(path, dict(fields_of(page)))


def fields_of(page: str) -> Fields:
    """Return the hidden fields of the last form of *page* that changes something."""
    parser = _Fields()
    parser.feed(page)
    return parser.fields


def shown(page: str) -> str:
    """Return what a person reads in the main part of a page, in one line."""
    main = page.partition("<main")[2] or page
    main = re.sub(r"</?(a|bdi|code|span|strong)\b[^>]*>", "", main)
    text = re.sub(r"<(script|style|option|select)\b.*?</\1>|<[^>]*>", " ", main, flags=re.DOTALL)
    return " ".join(text.split())


class _Fields(HTMLParser):
    """Finds the hidden fields of the last form with the method POST."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = {}
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and values.get("method") == "post":
            self._is_inside, self.fields = True, {}
        if tag == "input" and self._is_inside and values.get("type") == "hidden":
            self.fields.setdefault(values["name"], []).append(values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
