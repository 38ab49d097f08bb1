"""The act on a source: give it the orders of its former name."""

from http import HTTPStatus

from flask import Flask, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from worker.application.sources.renaming import can_carry, former_names, rename_source
from worker.console.acts.forms import note_of
from worker.console.acts.marks import does
from worker.console.parts import Parts, current_user
from worker.console.query_strings import fields_of_request, read_text
from worker.domain.errors import IllegalRequest
from worker.operations.acts import ACTS, ActName


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the form and the act to *app*."""
    context = parts.context
    act = ACTS[ActName.RENAME_SOURCE]

    @does(ActName.RENAME_SOURCE)
    def answer(source: str) -> ResponseReturnValue:
        if source not in context.settings.sources or not can_carry(context, source):
            abort(404)
        if request.method != "POST":
            return form_page(source)
        fields = fields_of_request()
        try:
            note = note_of(fields.get("reason", "").strip(), current_user().name)
            sentence = rename_source(context, read_text(fields, "before"), source, note)
        except IllegalRequest as error:
            return form_page(source, notice=f"{error}."), HTTPStatus.CONFLICT
        url = url_for("source", source=source)
        return render_template("simple_done.html", act=act, sentence=sentence, url=url, title=f"Source {source}")

    def form_page(source: str, notice: str = "") -> str:
        names = former_names(context, context.settings.sources[source].account)
        values = {"source": source, "names": names, "fields": fields_of_request(), "notice": notice}
        return render_template("source_rename.html", act=act, **values)

    rule = f"/sources/<source>/{ActName.RENAME_SOURCE}"
    app.add_url_rule(rule, endpoint=f"act_{ActName.RENAME_SOURCE}", view_func=answer, methods=["GET", "POST"])
