"""The pages for errors, which look like all others and say what to do."""

from http import HTTPStatus
from typing import NamedTuple

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from worker.console.access.rules import LOOKS
from worker.domain.errors import IllegalRequest, StoreError
from worker.domain.text import clean_text

RETRY_SECONDS = "5"
MAX_SENTENCE = 1_000

log = structlog.get_logger()


class _Words(NamedTuple):
    title: str
    text: str


_WORDS = {
    HTTPStatus.UNAUTHORIZED: _Words("Not logged in", "Log in first."),
    HTTPStatus.FORBIDDEN: _Words("Not allowed", "You may not do this."),
    HTTPStatus.NOT_FOUND: _Words("Not found", "There is no such page. Deliveries and orders are removed some day."),
    HTTPStatus.METHOD_NOT_ALLOWED: _Words("Not possible", "This page is not for that."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _Words("Too much", "The form is too large. Choose fewer at once."),
}
"""What an error means to people. An error that is not in here has the words of Werkzeug."""


def add_error_pages(app: Flask) -> None:
    """Give *app* a page for each error that a request can meet."""
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(IllegalRequest, _answer_illegal_request)
    app.register_error_handler(StoreError, _answer_without_database)
    app.register_error_handler(Exception, _answer_defect)


def error_page(status: int, title: str, text: str) -> tuple[str, int]:
    """Return a page that says what is wrong, and its *status*. *text* is one or more sentences."""
    return render_template("error.html", status=status, title=title, text=text), status


def _answer_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    own = error.description if error.description != type(error).description else ""
    words = _WORDS.get(HTTPStatus(status), _Words(error.name, error.description or ""))
    headers = [(name, value) for name, value in error.get_headers() if name not in {"Content-Type", "Content-Length"}]
    return *error_page(status, words.title, own or words.text), headers


def _answer_illegal_request(error: IllegalRequest) -> ResponseReturnValue:
    return error_page(HTTPStatus.CONFLICT, "Not possible", _sentence(error))


def _answer_without_database(error: StoreError) -> ResponseReturnValue:
    is_look = request.method in LOOKS
    follows = "This page loads again by itself." if is_look else "Look whether anything was done, and then try again."
    text = f"{_sentence(error)} {follows} To find the cause: fulfillment doctor"
    page, status = error_page(HTTPStatus.SERVICE_UNAVAILABLE, "No answer from the database", text)
    return page, status, {"Retry-After": RETRY_SECONDS, **({"Refresh": RETRY_SECONDS} if is_look else {})}


def _answer_defect(error: Exception) -> ResponseReturnValue:
    log.error("console_defect", path=request.path, exc_info=error)
    text = "This is a defect of the program. Its log says more: look for console_defect. Nothing else has stopped."
    return error_page(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong", text)


def _sentence(error: Exception) -> str:
    text = clean_text(str(error), MAX_SENTENCE)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
