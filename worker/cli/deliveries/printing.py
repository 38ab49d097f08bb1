"""Prints deliveries for people, in 80 columns, with times in UTC. *now* is the time of the database's clock."""

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from worker.application.deliveries.bodies import Mask, readable_body
from worker.application.deliveries.problems import Problem, is_healed, problem_text, taken_in
from worker.cli.local import runnable
from worker.cli.printing import MIN_WIDTH, Output, make_facts, make_table, order_name, plain, print_table
from worker.domain.instants import Instant
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.domain.text import clean_text
from worker.operations.instants import moment, when
from worker.store.queries.deliveries import DeliveredEvent, DeliveryDetails, DeliveryRow

MAX_PROBLEMS = 20
"""How many elements that cannot be used are printed. JSON has all of them."""
MAX_DETAIL = 60
"""Characters of a detail in a list."""
SOURCE_WIDTH = 18
"""The greatest width of the column of sources."""
MAX_BODY = 16_384
"""Characters of a body that are printed. JSON has the whole body."""
STYLES: dict[str, str] = {
    DeliveryOutcome.ACCEPTED: "green",
    DeliveryOutcome.DUPLICATE: "dim",
    DeliveryOutcome.QUARANTINED: "bold red",
    DeliveryOutcome.STALE: "yellow",
}


def print_deliveries(rows: Sequence[DeliveryRow]) -> None:
    """Print a list of deliveries, each with its order and its first event, or why it cannot be used."""
    table = make_table("ID", "RECEIVED (UTC)", "SOURCE", "OUTCOME", "NEWS, REASON", wrapping="NEWS, REASON")
    table.columns[-1].overflow = "ellipsis"  # a word that is too long is cut, and never broken
    for row in rows:
        time = moment(row.received_at).removesuffix(" UTC")
        table.add_row(plain(row.id), plain(time), _source(row.source), _styled(row.outcome), plain(_news(row)))
    print_table(table, rows, "No such deliveries.")


def _source(name: str) -> Text:
    """Return a name that leaves enough room for the reason; a long one takes several lines."""
    parts = [name[start : start + SOURCE_WIDTH] for start in range(0, len(name), SOURCE_WIDTH)]
    return Text("\n".join(plain(part).plain for part in parts))


def _styled(outcome: str) -> Text:
    return plain(outcome, STYLES.get(outcome, ""))


def _news(row: DeliveryRow) -> str:
    """Return the order and the first event of a delivery, and why the delivery, or a part of it, cannot be used."""
    events = f"{row.order} {row.event}" if row.order else ""
    more = f" and {row.event_count - 1} more" if row.event_count > 1 else ""
    names = f"names {row.named}" if row.named and not row.order else ""
    return "; ".join(filter(None, (events + more, _reason(row), names)))


def _reason(row: DeliveryRow) -> str:
    """Return the reason with its detail, but not that of `captured`, which has every header."""
    detail = "" if row.reason == QuarantineReason.CAPTURED else _beginning(row.detail)
    replayed = " (replayed)" if row.replayed_at is not None else ""
    return f"{row.reason}{': ' if row.reason and detail else ''}{detail}{replayed}"


def _beginning(detail: str) -> str:
    """Return *detail*, or as many of its words as a list has room for, and "…"."""
    text = clean_text(detail)
    if len(text) <= MAX_DETAIL:
        return text
    words, space, _ = text[: MAX_DETAIL + 1].rpartition(" ")
    return f"{words} …" if space else f"{text[: MAX_DETAIL - 1]}…"


def print_delivery(delivery: DeliveryDetails, problems: Sequence[Problem] | None, now: Instant, mask: Mask) -> None:
    """Print one delivery: its row, its *problems* if it was read again, its events, its headers, its body.

    *mask* takes out of the body what is secret.
    """
    output, row = Output(MIN_WIDTH), delivery.row
    output.print(
        make_facts(
            {
                "delivery": Text(str(row.id), "bold"),
                "source": row.source,
                "peer": row.peer,
                "received": when(row.received_at, now),
                "outcome": _styled(row.outcome),
                "reason": row.reason,
                "detail": row.detail,
                "named": row.named,
                "replayed": when(row.replayed_at, now) if row.replayed_at is not None else "",
                "body": "not kept" if row.size is None else f"{row.size} bytes",
            }
        )
    )
    if row.outcome == DeliveryOutcome.QUARANTINED:
        _print_problems(output, delivery, problems)
    if delivery.events:
        output.print()
        output.print(_events_table(delivery.events))
    if delivery.headers:
        _print_headers(output, delivery.headers)
    if delivery.body is not None:
        output.print()
        output.print(Text(readable_body(delivery.body, MAX_BODY, mask)))


def _print_headers(output: Output, headers: Mapping[str, str | None]) -> None:
    """Print the values of *headers*, and the names of those whose values may be secrets."""
    table = make_table("HEADER", "VALUE", wrapping="VALUE")
    for name, value in headers.items():
        if value is not None:
            table.add_row(plain(name), plain(value))
    output.print()
    if table.rows:
        output.print(table)
    if others := [name for name, value in headers.items() if value is None]:
        output.print(plain(f"Without their values, which may be secrets: {', '.join(others)}.", "dim"))


def _print_problems(output: Output, delivery: DeliveryDetails, problems: Sequence[Problem] | None) -> None:
    """Print what cannot be used of a quarantined delivery, and the command to copy."""
    row = delivery.row
    if is_healed(problems, row.reason):
        output.print("\nBy the present settings, all of it can be used. To take it in:")
        output.print(f"  {runnable(f'fulfillment deliveries replay {row.id}')}", soft_wrap=True)
    elif problems is not None:
        output.print()
        for problem in problems[:MAX_PROBLEMS]:
            output.print(plain(f"{problem.element or 'the document'}  {problem_text(problem.reason, problem.detail)}"))
        if len(problems) > MAX_PROBLEMS:
            output.print(f"… and {len(problems) - MAX_PROBLEMS} elements more")
        taken = taken_in(len(delivery.events))
        output.print(f"\n{taken[:1].upper()}{taken[1:]}. To read it step by step:")
        output.print(f"  {runnable(f'fulfillment deliveries try {row.id}')}", soft_wrap=True)
    elif row.reason == QuarantineReason.CAPTURED:
        output.print("\nTo read it with a profile, step by step, without changing anything:")
        output.print(f"  {runnable(f'fulfillment deliveries try {row.id} --profile PROFILE')}", soft_wrap=True)


def _events_table(events: Sequence[DeliveredEvent]) -> Table:
    table = make_table("ID", "ORDER", "EVENT", "OCCURRED (UTC)", "RESULT", wrapping="EVENT")
    for event in events:
        time = moment(event.occurred_at).removesuffix(" UTC")
        table.add_row(plain(event.id), order_name(event.order), plain(event.name), plain(time), plain(event.result))
    return table
