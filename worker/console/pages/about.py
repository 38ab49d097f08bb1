"""The page about this console: which program it is, on which database, and who uses it."""

from flask import Flask, render_template

from worker.console.parts import Parts
from worker.processes.version import program_version


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the page to *app*."""
    kind = "SQLite" if parts.context.database.is_sqlite else "PostgreSQL"
    accounts = list(parts.context.settings.accounts)

    def about() -> str:
        return render_template("about.html", version=program_version(), database=kind, accounts=accounts)

    app.add_url_rule("/about", view_func=about, methods=["GET"])
