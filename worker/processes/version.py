"""The version of the program."""

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """Return the version; empty if the program runs from a folder and is not installed."""
    try:
        return version("fulfillment-worker")
    except PackageNotFoundError:
        return ""
