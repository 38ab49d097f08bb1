"""What `doctor` says of the database, when somebody asks: no platform is called, and nothing is counted before."""

from flask import Flask, render_template, request

from worker.application.doctor.checks import database_checks
from worker.application.overview import MAX_AGE
from worker.console.parts import Parts
from worker.console.presentation.kinds import KIND_OF_VERDICT
from worker.operations.doctor.checks import Verdict

_GRAVITY = (Verdict.FAIL, Verdict.WARN, Verdict.OK)


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the page to *app*."""

    def checks() -> str:
        is_asked = bool(request.args.get("run"))
        found = list(database_checks(parts.context, MAX_AGE)) if is_asked else []
        found.sort(key=lambda check: _GRAVITY.index(check.verdict))
        return render_template("checks.html", is_asked=is_asked, checks=found, kind_of_verdict=KIND_OF_VERDICT)

    app.add_url_rule("/checks", view_func=checks, methods=["GET"])
