"""Prints the users of the console."""

from collections.abc import Iterator, Sequence

from worker.cli.json_lines import Document
from worker.cli.printing import make_table, plain, print_table
from worker.operations.instants import iso, moment
from worker.store.console.users import StoredUser

NONE = (
    "The console has no users: everybody on this machine may use it. Add one: fulfillment console users add NAME --role"
    " operator"
)


def print_users(users: Sequence[StoredUser]) -> None:
    """Print one line for each user."""
    table = make_table("name", "role", "since", "changed", wrapping="name")
    for user in users:
        table.add_row(plain(user.name), user.role, moment(user.created_at), moment(user.changed_at))
    print_table(table, users, NONE)


def user_documents(users: Sequence[StoredUser]) -> Iterator[Document]:
    """Yield each user for programs. Hashes are left out."""
    for user in users:
        yield {
            "name": user.name,
            "role": user.role,
            "created_at": iso(user.created_at),
            "changed_at": iso(user.changed_at),
        }
