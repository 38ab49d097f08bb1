"""The HTTP answers of the application: each kind is made here, whichever route it is for."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from werkzeug.exceptions import HTTPException

from webhook_receiver.headers import ANSWER_HEADERS, RETRY_HEADERS
from webhook_receiver.problems import CONTENT_TYPE, problem_of_status
from webhook_receiver.reception import Reply

_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Answer(NamedTuple):
    """An HTTP answer: its status, as in `202 Accepted`, its headers and its body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


def answer_of(status: int, content_type: str, body: bytes, more: Mapping[str, str] = ANSWER_HEADERS) -> Answer:
    """Return an answer with the headers that every answer has, or with *more*, which has them."""
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), *more.items()]
    return Answer(_STATUS_LINES.get(status, f"{status} Unknown"), headers, body)


def answer_to(reply: Reply, more: Mapping[str, str] = ANSWER_HEADERS) -> Answer:
    """Return the answer that says *reply*."""
    content_type = CONTENT_TYPE if reply.status >= HTTPStatus.BAD_REQUEST else "application/json"
    text = json.dumps(reply.body) if reply.text is None else reply.text
    if reply.status == HTTPStatus.SERVICE_UNAVAILABLE:
        more = {**more, **RETRY_HEADERS}
    return answer_of(reply.status, content_type, text.encode(), more)


def answer_to_error(error: HTTPException) -> Answer:
    """Answer an error of the framework with problem details, and with the headers of the error (`Allow`)."""
    status = error.code or 500
    more = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    return answer_to(Reply(status, problem_of_status(status)), {**ANSWER_HEADERS, **more})
