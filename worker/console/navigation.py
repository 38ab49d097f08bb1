"""The pages that every page leads to."""

from typing import NamedTuple


class Entry(NamedTuple):
    """One entry of the navigation: its words, its path, and whether it leads to the page that shows it."""

    title: str
    path: str
    is_current: bool = False


_ENTRIES = (
    Entry("Overview", "/"),
    Entry("Orders", "/orders"),
    Entry("Deliveries", "/deliveries"),
    Entry("Accounts", "/accounts"),
    Entry("Sources", "/sources"),
    Entry("Workers", "/workers"),
)


def navigation(path: str) -> list[Entry]:
    """Return all entries, for a page at *path*. A page below `/orders/` belongs to `/orders`."""
    return [entry._replace(is_current=path == entry.path or _is_below(path, entry.path)) for entry in _ENTRIES]


def _is_below(path: str, above: str) -> bool:
    return above != "/" and path.startswith(f"{above}/")
