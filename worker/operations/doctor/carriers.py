"""Judges for `doctor` which sources may report only their own orders, and whether each carrier is a source. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from worker.operations.doctor.checks import Check, Verdict
from worker.operations.phrases import WHY, counted, join_items

_NAME = "carriers"


def judge_carriers(
    orders_of: Mapping[str, Mapping[str, str]], carried: Mapping[tuple[str, str], int]
) -> Iterator[Check]:
    """Yield a check for each account with restricted sources, and a warning for each carrier that is no source of it.

    *orders_of* has the orders that each source may report, as `sources show` words it, by account and source. *carried*
    is how many open orders of an account a source carries. Without a restricted source, it does not matter who carries
    an order.
    """
    for account, sources in orders_of.items():
        restricted = sorted(name for name, orders in sources.items() if not orders.startswith("any"))
        if restricted:
            yield Check(_NAME, Verdict.OK, f"Of {account}, {_listed(restricted, sources)}.")
            for (its_account, source), count in carried.items():
                if its_account == account and source not in sources:
                    yield _unnamed(account, source, count)


def judge_unlimited(sources_of: Mapping[str, Sequence[str]]) -> Iterator[Check]:
    """Yield a warning for each source that may be a courier without a limit.

    *sources_of* has by account the sources that report parcels beside others, and may send `order` events because they
    have no `allow`.
    """
    for account, names in sources_of.items():
        for name in names:
            yield Check(
                _NAME,
                Verdict.WARN,
                f"{name} has no `allow`, so it may report any order of {account}, and send `order` events too.",
                f'If it is a courier, write `allow = ["shipment"]` into the settings of {name}. If it is your own'
                ' system, write `allow = ["order", "shipment"]`.',
            )


def _listed(restricted: list[str], sources: Mapping[str, str]) -> str:
    items = [f"{name} ({sources[name]})" for name in restricted]
    return f"{join_items(items, 'and')} may report only {'its' if len(items) == 1 else 'their'} own orders"


def _unnamed(account: str, source: str, count: int) -> Check:
    carries = counted(count, "open order of", "open orders of")
    return Check(
        _NAME,
        Verdict.WARN,
        f"{source} carries {carries} {account}, but the settings name no such source: what couriers report of them is"
        " quarantined.",
        f"If it has a new name, say so: `fulfillment sources rename {source} NEW-NAME --reason {WHY}`. If it is gone,"
        f" give each order to its courier: `fulfillment orders assign ORDER SOURCE --reason {WHY}`.",
    )
