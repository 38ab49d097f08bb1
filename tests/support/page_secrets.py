"""The secrets on our pages: the settings refuse them, so tests replace them."""

import re
import secrets

ASSIGNMENT = re.compile(r"^(?:secrets|hmac_secret|api_key) = .*?(?=\s+#|$)", re.MULTILINE)
"""A line of a settings file with secrets, without its comment."""
TEXT = re.compile('"([^"]*)"')


def secrets_on(text: str) -> list[str]:
    """Return the secrets in the settings of *text*, a page or an example."""
    return [secret for line in ASSIGNMENT.findall(text) for secret in TEXT.findall(line)]


def with_own_secrets(example: str) -> str:
    """Return the settings of *example*, with a secret of chance for each secret, as a reader fills them in."""
    return ASSIGNMENT.sub(lambda line: TEXT.sub(lambda _: f'"{secrets.token_hex(16)}"', line[0]), example)
