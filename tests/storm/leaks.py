"""Whether a secret or a signature is anywhere where it does not belong."""

import re
from collections.abc import Iterable
from pathlib import Path

from tests.storm.platform_troubles import ECHO
from tests.storm.speakers import SPEAKERS
from tests.storm.system import METRICS_TOKEN, System
from tests.support.installation import HMAC_SECRET, SECRETS
from tests.support.two_accounts import KURIR

PAGES = ("/metrics", "/readyz", "/healthz", "/webhooks/courier", "/no")
_HEX = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
"""What looks like a signature. Other values of this form, such as keys that the service made, are no leaks."""


def secrets() -> set[bytes]:
    """Return all secrets of the installation."""
    couriers = {secret for speaker in SPEAKERS.values() for secret in speaker.courier.secrets.values()}
    return {text.encode() for text in (HMAC_SECRET, METRICS_TOKEN, KURIR, ECHO, *SECRETS.values(), *couriers)}


def count_leaks(system: System, signatures: Iterable[str], database_files: Path) -> dict[str, int]:
    """Count the secrets and signatures in each log, page and file of the program, and in *database_files*.

    What is clean is not in the result.
    """
    made = {signature.encode() for signature in signatures}
    places = {f"log of {program.name}": program.log.encode() for program in system.own_programs}
    places |= {f"page {path}": system.get(path).content for path in PAGES}
    folders = {system.data_dir, database_files}
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    counts = {place: _count(content, made) for place, content in places.items()}
    counts |= {str(path): _count(path.read_bytes(), made) for path in files}
    return {place: count for place, count in counts.items() if count}


def _count(content: bytes, signatures: set[bytes]) -> int:
    return sum(content.count(secret) for secret in secrets()) + len(signatures.intersection(_HEX.findall(content)))
