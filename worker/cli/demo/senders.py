"""Makes the requests of a sender of webhooks, authenticated as its profile says."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from webhook_receiver.profiles.composition.credentials import Outgoing, add_credentials
from webhook_receiver.profiles.schema.compilation import methods_of
from webhook_receiver.profiles.schema.files import builtin_names, load_profile
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.profiles.schema.trust import Trust, trust_in
from webhook_receiver.requests import Request
from worker.cli.demo.script import Signature
from worker.domain.signing import SIGNATURE_METHOD, SignedRequest, signed_headers

HOUR_SECONDS = 3600
WRONG_SECRET = "a-secret-of-nobody"  # noqa: S105 - it is wrong on purpose


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender that posts to *source* in the format *profile*. *settings* are more settings of the source."""

    source: str
    profile: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> ProfileFile | None:
        """Its profile; None for a native one."""
        return load_profile(self.profile) if self.profile in builtin_names() else None

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods of authentication for which it has a secret."""
        return _methods(self.file) if self.file else (SIGNATURE_METHOD,)

    def request(
        self, document: Mapping[str, object], secrets: Mapping[str, str], signature: Signature = "valid"
    ) -> Request:
        """Return the request with *document*, with the *secrets* by method. A forged one has a wrong first secret."""
        now = int(time.time()) - (HOUR_SECONDS if signature == "an hour old" else 0)
        used = secrets if signature != "forged" else {**secrets, self.methods[0]: WRONG_SECRET}
        outgoing = Outgoing("POST", f"/webhooks/{self.source}".encode(), document, "json")
        if self.file is None:
            return _signed(outgoing.request(), used[SIGNATURE_METHOD], now)
        keys = {method: (secret.encode(),) for method, secret in used.items()}
        add_credentials(outgoing, methods_of(self.file, keys, self.settings), "", now)
        return outgoing.request()


def _methods(file: ProfileFile) -> tuple[str, ...]:
    """Return all methods but a token in the URL, which is for merchants who can use no header."""
    return tuple(name for name, method in file.auth.items() if trust_in(method, file.document.unwrap) is not Trust.URL)


def _signed(request: Request, secret: str, now: int) -> Request:
    signed = SignedRequest(request.method.encode(), request.target, b"", str(now).encode(), request.body)
    return request._replace(headers={**request.headers, **signed_headers(secret.encode(), signed)})
