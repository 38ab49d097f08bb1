"""The sources of couriers, as settings of an installation."""

from collections.abc import Iterable

from tests.support.couriers.samples import Courier


def sources_of(couriers: Iterable[Courier]) -> dict[str, str]:
    """Return the variables of a source for each courier, with the name of its profile, without `FULFILLMENT_`.

    Each may report any order, because two profiles of one courier report the same ones.
    """
    settings: dict[str, str] = {}
    for courier in couriers:
        own = {f"SECRETS__{method}": secret for method, secret in courier.secrets.items()}
        own |= {**courier.options, "TIMEZONE": courier.timezone, "ORDERS": "any"}
        settings |= {f"SOURCES__{courier.profile}__{key}".upper(): value for key, value in own.items()}
    return settings
