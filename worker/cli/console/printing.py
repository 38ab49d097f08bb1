"""Prints the users of the console, and who changed them."""

from collections.abc import Iterator, Sequence

from worker.cli.json_lines import Document
from worker.cli.printing import make_table, plain, print_table
from worker.operations.instants import iso, moment
from worker.store.console.users import LogEntry, StoredUser

MAX_ENTRIES = 1_000
"""Changes that are printed: the latest."""
NO_ENTRIES = "No user of the console was added or changed yet."
NONE = (
    "The console has no users: everybody on this machine may use it. Add one: fulfillment console users add NAME --role"
    " operator"
)


def print_users(users: Sequence[StoredUser]) -> None:
    """Print one line for each user."""
    table = make_table("NAME", "ROLE", "SINCE", "CHANGED", wrapping="NAME")
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


def print_entries(entries: Sequence[LogEntry]) -> None:
    """Print one line for each change of a user."""
    table = make_table("WHEN", "USER", "CHANGE", "BY", wrapping="USER")
    for entry in entries:
        change = f"{entry.change}: {entry.role}" if entry.role else entry.change
        table.add_row(moment(entry.at), plain(entry.name), plain(change), plain(entry.done_by))
    print_table(table, entries, NO_ENTRIES)


def entry_documents(entries: Sequence[LogEntry]) -> Iterator[Document]:
    """Yield each change for programs."""
    for entry in entries:
        yield {
            "at": iso(entry.at),
            "name": entry.name,
            "change": entry.change,
            "role": entry.role,
            "done_by": entry.done_by,
        }
