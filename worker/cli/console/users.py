"""The commands `fulfillment console users`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from worker.application.acting_user import acting_user
from worker.cli.commands import OrderedGroup
from worker.cli.console.passwords import FROM_STDIN, read_password
from worker.cli.options import AS_JSON
from worker.domain.errors import IllegalRequest
from worker.domain.text import clean_text

if TYPE_CHECKING:
    from worker.store.console.users import SqlUsers

NAME = click.argument("name")
ROLES = click.Choice(["viewer", "operator"])
"""The words of `worker.console.access.users.Role`."""


@click.group(cls=OrderedGroup, short_help="Add and remove users; change passwords and roles.")
def users() -> None:
    """Add and remove the users of the console, and change their passwords and roles.

    A viewer may look at everything; an operator may act, too. As soon as there is one user, everybody has to log in,
    also on this machine.
    """


@users.command("list")
@AS_JSON
def list_users(as_json: bool) -> None:
    """List the users with their roles."""
    from worker.cli.console.printing import print_users, user_documents
    from worker.cli.json_lines import print_json_lines

    with _open_users() as store:
        found = store.all()
    if as_json:
        print_json_lines(user_documents(found))
    else:
        print_users(found)


@users.command("add", short_help="Add a user, and ask for the password.")
@NAME
@click.option("--role", type=ROLES, default="viewer", show_default=True, help="What the user may do.")
@FROM_STDIN
def add_user(name: str, role: str, password_stdin: bool) -> None:
    """Add a user, and ask for the password, which needs 12 characters or more. Names are in lower case.

    \b
    fulfillment console users add sara --role operator
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.console.access.passwords import hash_password

    user = _read_new_name(name)
    with _open_users() as store:
        if store.find(user):
            raise IllegalRequest(_exists(user))
        password = read_password(user, from_stdin=password_stdin)
        if not store.add(user, role, hash_password(password), done_by=_acting()):
            raise IllegalRequest(_exists(user))
    click.echo(f"{user} may log in, as {role}.")


@users.command("remove", short_help="Remove a user, and end the user's sessions.")
@NAME
def remove_user(name: str) -> None:
    """Remove a user, and end the user's sessions at once. What the user did stays in the audit log."""
    with _open_users() as store:
        _require(store.remove(_fold(name), done_by=_acting()), name)
        is_last = not store.exist()
    click.echo(f"{_shown(name)} is removed, and logged out.")
    if is_last:
        click.echo("The console has no user now: everybody on this machine may use it, without a login.")


@users.command("password", short_help="Set a user's password, and end the user's sessions.")
@NAME
@FROM_STDIN
def change_password(name: str, password_stdin: bool) -> None:
    """Set a user's password, and end the user's sessions at once."""
    from worker.console.access.passwords import hash_password

    user = _fold(name)
    with _open_users() as store:
        _require(store.find(user) is not None, name)
        password = read_password(user, from_stdin=password_stdin)
        _require(store.set_password(user, hash_password(password), done_by=_acting()), name)
    click.echo(f"{user} has a new password, and is logged out.")


@users.command("role", short_help="Change what a user may do.")
@NAME
@click.argument("role", type=ROLES, metavar="ROLE")
def change_role(name: str, role: str) -> None:
    """Change what a user may do from the next click on. ROLE is `viewer`, who looks, or `operator`, who acts, too."""
    with _open_users() as store:
        _require(store.set_role(_fold(name), role, done_by=_acting()), name)
    click.echo(f"{_shown(name)} is {role} now.")


@users.command("log", short_help="Show who changed the users, and when.")
@AS_JSON
def show_log(as_json: bool) -> None:
    """Show who added, removed and changed users, and when, the latest last."""
    from worker.cli.console.printing import MAX_ENTRIES, entry_documents, print_entries
    from worker.cli.json_lines import print_json_lines

    with _open_users() as store:
        entries = store.log(MAX_ENTRIES)
    if as_json:
        print_json_lines(entry_documents(entries))
    else:
        print_entries(entries)


@contextmanager
def _open_users() -> Iterator["SqlUsers"]:
    from worker.application.context import open_database
    from worker.store.console.users import SqlUsers

    with open_database() as context:
        yield SqlUsers(context.database)


def _acting() -> str:
    """Return who runs this command, for the log."""
    return acting_user(os.environ)


def _fold(name: str) -> str:
    from worker.console.access.users import read_name

    return read_name(name)


def _read_new_name(name: str) -> str:
    if user := _fold(name):
        return user
    raise IllegalRequest(
        f"“{clean_text(name)}” cannot be the name of a user: use letters, digits and . _ - + @, at most 64, and begin"
        " with a letter or a digit"
    )


def _exists(user: str) -> str:
    return f"the console has a user {user}; for a new password: fulfillment console users password {user}"


def _require(is_found: bool, name: str) -> None:
    if not is_found:
        raise IllegalRequest(f"the console has no user “{clean_text(name)}”; see `fulfillment console users list`")


def _shown(name: str) -> str:
    return _fold(name) or clean_text(name)
