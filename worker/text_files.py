"""Reads the small text files that settings name, and files of profiles."""

from pathlib import Path


class UnreadableFile(Exception):
    """A file that cannot be used. The message completes "<file> …" and never contains text of the file."""

    @property
    def about_key(self) -> str:
        """The same message about the setting that names the file: it completes "<key> …"."""
        return f"names a file that {self}"


class MissingFile(UnreadableFile):
    """The path does not lead to a regular file, but to nothing, a folder, a pipe or the like."""

    @property
    def about_key(self) -> str:
        return "must name an existing file"


def read_text_file(path: Path, max_bytes: int) -> str:
    """Return the text of a file in UTF-8, without the byte order mark that some editors write.

    Raises `UnreadableFile`, also for a file of more than *max_bytes*.
    """
    try:
        # Opening a pipe could block forever.
        if not path.is_file():
            raise MissingFile("does not exist")
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
        if len(content) <= max_bytes:
            return content.decode("utf-8-sig")
        flaw = f"is larger than {max_bytes} bytes"
    except OSError as error:
        flaw = f"cannot be read: {error.strerror}"
    except ValueError:  # the text is not UTF-8, or the path has a NUL
        flaw = "is not a text in UTF-8"
    # Raised outside of the except block, because the other error may contain a part of the text.
    raise UnreadableFile(flaw)
