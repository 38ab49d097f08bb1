"""The errors that the server itself answers, without the application."""

import json

from waitress.task import ErrorTask
from waitress.utilities import Error

from webhook_receiver.headers import ANSWER_HEADERS, RETRY_HEADERS
from webhook_receiver.problems import CONTENT_TYPE, ProblemReason, problem, problem_of_status


class RequestTimeout(Error):  # type: ignore[misc] # waitress has no types
    """The request did not become whole in time."""

    code, reason = 408, "Request Timeout"


class AnswerTimeout(Error):  # type: ignore[misc]
    """The application did not answer a delivery in time: the database is slow."""

    code, reason = ProblemReason.DATABASE_UNAVAILABLE.status, "Service Unavailable"


class ProblemTask(ErrorTask):  # type: ignore[misc]
    """Answers a request that the application does not answer with problem details, and closes the connection."""

    def execute(self) -> None:
        error = self.request.error
        is_late = isinstance(error, AnswerTimeout)
        details = problem(ProblemReason.DATABASE_UNAVAILABLE) if is_late else problem_of_status(error.code)
        body = json.dumps(details).encode()
        self.status = f"{error.code} {error.reason}"
        headers = {"Content-Type": CONTENT_TYPE, **ANSWER_HEADERS, **(RETRY_HEADERS if is_late else {})}
        self.response_headers += headers.items()
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)
