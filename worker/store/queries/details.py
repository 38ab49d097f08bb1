"""The details of stops and waits, without what is different in each of them."""

from sqlalchemy import ColumnElement, Connection, case, func

_REQUEST = ", request "
"""Stands before the platform's name of a call, with which the text of an error ends: see `ApiError`."""


def without_request(connection: Connection, detail: ColumnElement[str]) -> ColumnElement[str]:
    """Return *detail* without the platform's name of a call, so that orders with one cause have one detail."""
    find = func.instr if connection.dialect.name == "sqlite" else func.strpos
    place = find(detail, _REQUEST)
    return case((place > 0, func.substr(detail, 1, place - 1)), else_=detail)
