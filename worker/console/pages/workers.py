"""The workers: which run, since when, for which accounts, and whether their schedulers look for due orders."""

from flask import Flask, render_template

from worker.console.parts import Parts
from worker.console.presentation.filters import common_zone
from worker.console.presentation.kinds import KIND_OF_VERDICT
from worker.operations.doctor.workers import START


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the page to *app*."""
    zone = common_zone({name: account.timezone for name, account in parts.context.settings.accounts.items()})

    def workers() -> str:
        look = parts.figures.look()
        return render_template(
            "workers.html",
            look=look,
            workers=look.accounts.workers,
            running={worker.process.name for worker in look.accounts.running},
            zone=zone,
            kind_of_verdict=KIND_OF_VERDICT,
            start=START,
        )

    app.add_url_rule("/workers", view_func=workers, methods=["GET"])
