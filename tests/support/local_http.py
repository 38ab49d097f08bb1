"""A client of the programs on this machine, which speak HTTP without TLS."""

import ssl

import httpx

TIMEOUT_SECONDS = 60.0
"""Only a program that never answers takes so long."""
_TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""The usual context reads every certificate of the system, and a test makes hundreds of clients."""


def local_client(base_url: str = "") -> httpx.Client:
    """Return a client that opens a new connection for each request. Several threads may use it."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=0)
    return httpx.Client(
        base_url=base_url, trust_env=False, timeout=TIMEOUT_SECONDS, limits=limits, verify=_TRUSTS_NOBODY
    )


def is_alive(url: str) -> bool:
    """Tell whether a program answers at *url* that it is alive."""
    try:
        with local_client() as client:
            return client.get(f"{url}/healthz").is_success
    except httpx.TransportError:
        return False
