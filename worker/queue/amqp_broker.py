"""The transports for RabbitMQ: kombu's own, with a reader of our own, and a server that must prove its name."""

import ssl
from typing import Any

from kombu.transport import pyamqp

from worker.queue.amqp_frames import frame_handler


class _Connection(pyamqp.Connection):
    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*arguments, **(options | {"frame_handler": frame_handler}))


class Transport(pyamqp.Transport):
    """The transport for `amqp://`."""

    Connection = _Connection

    def __init__(self, client: Any, **options: Any) -> None:  # noqa: ANN401 - kombu's own types
        super().__init__(client, **options)
        self._hostname: str = client.hostname or "localhost"

    def establish_connection(self) -> Any:  # noqa: ANN401 - kombu's own type
        """Open a connection. With TLS, raises `ssl.SSLError` unless the server proves the name in the URL."""
        client: Any = self.client
        if client.ssl:
            # kombu's own options do not check the name, and an alternate URL would be checked for the first one's.
            client.ssl = _verified(client.ssl, self._hostname, (client.transport_options or {}).get("ca_file"))
        return super().establish_connection()


class TlsTransport(Transport, pyamqp.SSLTransport):
    """The transport for `amqps://`."""


def _verified(given: object, hostname: str, ca_file: str | None) -> dict[str, Any]:
    """Return py-amqp's options of TLS. *given* is what the URL says, as kombu reads it."""
    options = {name.removeprefix("ssl_"): value for name, value in given.items()} if isinstance(given, dict) else {}
    return {
        "server_hostname": hostname,
        "cert_reqs": ssl.CERT_REQUIRED,
        "ca_certs": options.get("ca_certs") or ca_file or None,
        "certfile": options.get("certfile"),
        "keyfile": options.get("keyfile"),
    }
