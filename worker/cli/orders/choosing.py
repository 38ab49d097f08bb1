"""The options that choose many orders, and one act on all of them: what it would do, a question, and the results."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from worker.application.names import require_name
from worker.cli.options import DURATION, SHORT_TEXT
from worker.domain.instants import microseconds
from worker.domain.overview.choices import OrderChoice
from worker.domain.reasons import StopReason, WaitReason
from worker.processes.exits import NEEDS_A_PERSON, WELL

if TYPE_CHECKING:  # imported when it is used, because `--help` does not need it
    from worker.application.context import Context
    from worker.operations.bulk import Act, Item

F = TypeVar("F", bound=Callable[..., Any])

WORDS = "For another word, all are listed."
STOP = click.option("--stop", default="", metavar="WORD", help=f"Orders stopped for this; or the ORDER's stop. {WORDS}")
WAITING = click.option("--waiting", default="", metavar="WORD", help=f"Orders that wait for this reason. {WORDS}")
_CHOOSING = (
    click.option("--matching", type=SHORT_TEXT, default=None, help="With this text in the detail, id or number."),
    click.option("--account", default="", help="Orders of this account."),
    click.option("--older-than", type=DURATION, default=None, help="Stopped, or waiting, for longer than this."),
)


def choosing(command: F) -> F:
    """Add the options that choose many orders to *command*."""
    for option in reversed(_CHOOSING):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the options choose: one *order*, or many by the other options. Empty options are not given."""

    order: str | None
    stop: str
    matching: str | None
    account: str
    older_than: timedelta | None
    waiting: str = ""

    def require_one_way(self) -> None:
        """Raise `UsageError` unless either one order is named or a choice is made, by words that exist."""
        for_many = (self.matching or self.account or self.waiting) or self.older_than is not None
        if self.order is not None and for_many:
            raise click.UsageError("Name one ORDER, or choose many by options, not both.")
        if self.order is None and not (self.stop or for_many):
            raise click.UsageError("Name one ORDER, or choose many: by --stop, --matching, --account or --older-than.")
        if self.stop and self.waiting:
            raise click.UsageError("Say --stop or --waiting, not both: a stopped order does not wait.")
        require_word("--stop", self.stop, StopReason)
        require_word("--waiting", self.waiting, WaitReason)

    def choice(self, *, waiting_orders: bool) -> OrderChoice:
        """Return the choice of many orders."""
        return OrderChoice(
            waiting_orders=waiting_orders,
            reason=self.waiting if waiting_orders else self.stop,
            text=self.matching or "",
            account=self.account,
            older_than=microseconds(self.older_than) if self.older_than else 0,
        )


def require_word(option: str, word: str, words: type[StopReason] | type[WaitReason]) -> None:
    """Raise `UsageError` for a *word* that is not one of *words*; an empty one is not given."""
    if word and word not in set(words):
        raise click.UsageError(f"{option} is none of: {', '.join(words)}.")


def act_on_many(
    context: "Context", act: "Act", choice: OrderChoice, reason: str, *, dry_run: bool, yes: bool, as_json: bool
) -> int:
    """Do *act* to all orders of *choice*, or say what it would do, and return the exit code."""
    from worker.cli.confirmation import may_change, print_each
    from worker.cli.orders.item_printing import item_line, print_summary, question
    from worker.operations.bulk import ItemResult, carry_out, plan
    from worker.store.queries.choices import ChoiceQueries

    queries = ChoiceQueries(context.database)
    seen_at, counts = queries.count_orders(choice)
    if not counts:
        if choice.account:
            require_name("account", choice.account, context.settings.accounts)
        click.echo("No order is chosen: nothing is to be done.", err=as_json)
        return WELL
    total = sum(counts.values())
    line_of: Callable[[Item], str] = lambda item: item_line(item, seen_at, as_json=as_json)  # noqa: E731 - a short name
    snapshots = queries.orders(choice, seen_at)
    if dry_run:
        for _ in print_each(plan(snapshots, act, context.policies), total, "Looking", line_of):
            pass
        click.echo(question(act, counts, "would be"), err=as_json)
        return WELL
    if not may_change(f"{question(act, counts, 'are to be')} Go on?", yes=yes):
        return WELL
    operations = context.operations
    items = carry_out(snapshots, act, reason, operations.store, operations.wake_ups, seen_at)
    results = Counter(item.result for item in print_each(items, total, act.capitalize(), line_of))
    print_summary(act, results, total, err=as_json)
    return WELL if results[ItemResult.DONE] == total else NEEDS_A_PERSON
