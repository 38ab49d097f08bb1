"""What the tests of the pages share."""

import pytest


@pytest.fixture
def known_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the settings take secrets that everybody knows: the requests on our pages are signed with them."""
    monkeypatch.setattr("worker.secret.why_guessable", lambda _: "")
