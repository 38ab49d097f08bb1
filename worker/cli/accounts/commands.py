"""The group `fulfillment accounts` and its commands."""

import click

from worker.cli.accounts.options import ACCOUNT
from worker.cli.commands import OrderedGroup
from worker.cli.options import AS_JSON, DRY_RUN, REASON_UNLESS_DRY_RUN, reason_unless
from worker.domain.reasons import HoldReason


@click.group(cls=OrderedGroup)
def accounts() -> None:
    """Show the accounts, hold them, let them go on, and probe them.

    The orders of a held account wait; they use up no attempt, and none stops.
    """


@accounts.command("list")
@AS_JSON
def list_accounts(as_json: bool) -> None:
    """List the accounts with their orders, holds and workers.

    \b
    fulfillment accounts list
    fulfillment accounts list --json | jq -r 'select(.holds != []).account'
    """  # noqa: D301 - \b is click's mark for a paragraph that is printed as it stands
    from worker.application.context import open_database
    from worker.cli.accounts.listing import account_documents, print_accounts
    from worker.cli.json_lines import print_json_lines
    from worker.store.queries.accounts import AccountQueries

    with open_database() as context:
        overview = AccountQueries(context.database).overview()
        configured = context.settings.accounts
    if as_json:
        print_json_lines(account_documents(overview, configured))
    else:
        print_accounts(overview, configured)


@accounts.command("hold", short_help="Let the orders of an account wait.")
@ACCOUNT
@REASON_UNLESS_DRY_RUN
@DRY_RUN
def hold_account(account: str, reason: str | None, dry_run: bool) -> None:
    """Let the orders of an account wait, until `fulfillment accounts release`.

    Nothing else lifts this hold. Calls that are under way end; no further one begins, except those of a person.

    \b
    fulfillment accounts hold main --reason "prices are being changed at the platform"
    """  # noqa: D301 - same
    from worker.application.context import open_database
    from worker.cli.printing import print_sentence
    from worker.operations.accounts import hold, preview_hold, require_known
    from worker.store.accounts.holds import SqlHolds
    from worker.store.queries.accounts import AccountQueries

    note = reason_unless(reason, dry_run=dry_run)
    with open_database() as context:
        overview, names = AccountQueries(context.database).overview(), context.settings.accounts
        if dry_run:
            require_known(account, overview, names)
            print_sentence(preview_hold(overview, account))
        else:
            print_sentence(hold(SqlHolds(context.database), overview, names, account, note))


@accounts.command("release", short_help="Lift a hold of an account.")
@ACCOUNT
@click.option(
    "--hold",
    "held_for",
    type=click.Choice([reason.value for reason in HoldReason]),
    default=HoldReason.OPERATOR.value,
    show_default=True,
    help="Lift the hold for this reason.",
)
@REASON_UNLESS_DRY_RUN
@DRY_RUN
def release_account(account: str, held_for: str, reason: str | None, dry_run: bool) -> None:
    """Lift a hold of an account. With the last one, its orders go on, at first a few at a time.

    Other holds than that of an operator end by themselves. If their cause goes on, the account is soon held again.

    \b
    fulfillment accounts release main --reason "the prices are right"
    fulfillment accounts release main --hold outage --reason "the firewall lets us out again"
    """  # noqa: D301 - same
    from worker.application.context import open_database
    from worker.cli.printing import print_sentence
    from worker.operations.accounts import preview_release, release, require_known
    from worker.store.accounts.holds import SqlHolds
    from worker.store.queries.accounts import AccountQueries

    note = reason_unless(reason, dry_run=dry_run)
    with open_database() as context:
        overview, names = AccountQueries(context.database).overview(), context.settings.accounts
        if dry_run:
            require_known(account, overview, names)
            print_sentence(preview_release(overview, account, held_for))
        else:
            print_sentence(release(SqlHolds(context.database), overview, names, account, HoldReason(held_for), note))


@accounts.command("probe", short_help="Ask the platform now whether it answers and accepts the credentials.")
@ACCOUNT
@AS_JSON
def probe_account(account: str, as_json: bool) -> int:
    """Ask the platform now, by one harmless read, whether it answers and accepts the account's credentials.

    Holds of which the answer proves that they are over are lifted; a hold of an operator never is. The command reads
    the settings now, and a worker when it starts: restart the workers if the settings have changed.

    The exit code is 0 if the credentials are good, 1 if the platform refuses them, 3 if it gives no usable answer.

    \b
    fulfillment accounts probe main
    """  # noqa: D301 - same
    from worker.application.context import open_database
    from worker.application.probing import probe
    from worker.cli.accounts.probing import print_answer

    with open_database() as context:
        probed = probe(context, account)
    return print_answer(account, probed, as_json=as_json)
