"""Reads the small text files that settings name."""

from pathlib import Path


class UnreadableFile(Exception):
    """A file that cannot be used. The message completes "<file> …" and never contains what the file holds."""

    @property
    def about_key(self) -> str:
        """The sentence that completes the name of the setting that names the file."""
        return f"names a file that {self}"


class MissingFile(UnreadableFile):
    """There is no file: nothing, a folder, or something that is read only once, such as a pipe."""

    @property
    def about_key(self) -> str:
        return "must name an existing file"


def read_text_file(path: Path, max_bytes: int) -> str:
    """Return the text of a file in UTF-8, without the byte order mark that some editors put before it.

    Raises `UnreadableFile`.
    """
    try:
        # To open a pipe could block without end.
        if not path.is_file():
            raise MissingFile("does not exist")
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
        if len(content) <= max_bytes:
            return content.decode("utf-8-sig")
        trouble = f"is larger than {max_bytes} bytes"
    except OSError as error:
        trouble = f"cannot be read: {error.strerror}"
    except ValueError:  # a text that is not UTF-8, or a path with a NUL
        trouble = "is not a text in UTF-8"
    # Raised out here, so that no error with a part of the text is attached to it.
    raise UnreadableFile(trouble)
