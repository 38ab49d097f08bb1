"""Says which secrets of a source are short, and who else may read the files with secrets."""

import shlex
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from webhook_receiver.profiles.schema.model import BasicAuth, StaticAuth
from worker.domain.text import clean_text
from worker.operations.doctor.checks import MAX_NAMED, Check, Verdict
from worker.private_files import OF_OTHERS
from worker.secret import GOOD_KEY, GOOD_TOKEN
from worker.settings.sources import SourceSettings

MAX_PATH = 1000
"""Characters of a path in a command."""
_TOKENS = (StaticAuth, BasicAuth)
CHANGE = (
    "Take a longer one that the sender makes or, where you choose it, one of `fulfillment secrets new`. Add it to the"
    " list and restart the receiver; then enter it at the sender; when nothing comes with the old one any more, remove"
    " that and restart the receiver again: deploy/OPERATIONS.md, “Changing secrets without a gap”."
)
"""What to do about a short secret: both are valid while it changes."""


def check_secrets(name: str, source: SourceSettings) -> Iterator[Check]:
    """Yield a warning for each method of the source *name* that has a short secret."""
    for method, secrets in source.secrets.items():
        is_token = source.profile.file is not None and isinstance(source.profile.file.auth[method], _TOKENS)
        enough = GOOD_TOKEN if is_token else GOOD_KEY
        shortest = min(len(secret.get_secret_value().encode()) for secret in secrets)
        if shortest < enough:
            reason = "A token" if is_token else "The key of a signature by HMAC-SHA256"
            sentence = f"A secret ({method}) has {shortest} bytes. {reason} needs {enough}, or it can be guessed."
            yield Check(f"source {name}, secrets", Verdict.WARN, sentence, CHANGE)


def check_files(files: Iterable[Path]) -> Check:
    """Return the check of *files* with secrets: a warning if a user who is neither owner nor group may read one."""
    open_files = [str(file) for file in files if _mode(file) & stat.S_IROTH]
    if not open_files:
        return Check("secret files", Verdict.OK, "No other user of this machine can read a file with secrets.")
    names = ", ".join(clean_text(name) for name in open_files[:MAX_NAMED]) + (", …" if open_files[MAX_NAMED:] else "")
    sentence = f"Every user of this machine can read: {names}."
    command = " ".join(["chmod o=", *map(_quoted, open_files)])
    return Check("secret files", Verdict.WARN, sentence, f"Take that right away: `{command}`.")


def check_data_dir(folder: Path) -> Iterator[Check]:
    """Yield a check if other users may enter the folder of our files; it fails if they may write there."""
    mode = _mode(folder)
    if mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
        sentence = f"Other users can replace the files in {clean_text(str(folder))}."
        yield Check("data_dir", Verdict.FAIL, sentence, f"Make it private: `chmod 700 {_quoted(str(folder))}`.")
    elif mode & OF_OTHERS:
        sentence = f"Other users can see the files in {clean_text(str(folder))}; each file itself is private."
        yield Check("data_dir", Verdict.WARN, sentence, f"Make it private: `chmod 700 {_quoted(str(folder))}`.")


def _quoted(path: str) -> str:
    return shlex.quote(clean_text(path, MAX_PATH))


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:  # what needs the file says that it is gone
        return 0
