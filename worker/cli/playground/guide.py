"""What a person reads about the playground: its orders, and commands to try."""

from collections.abc import Collection, Iterator
from shlex import quote

from worker.cli.local import program_command
from worker.cli.playground.folder import Playground
from worker.cli.playground.samples import SAMPLES
from worker.cli.playground.shop import ACCOUNT, COURIER

END = "All processes have ended, and the playground is deleted."


def guide(playground: Playground, others: Collection[str]) -> str:
    """Return the text. *others* are the names of the variables of ours that the user has set."""
    return "\n".join([*_orders(), "", *_commands(playground), *_warning(others), ""])


def _orders() -> Iterator[str]:
    yield "A playground: the platform is simulated, and nothing of yours is read or changed. Its orders, in a moment:"
    yield ""
    for sample in SAMPLES:
        yield f"  {sample.order_id}  {sample.lesson}"


def _commands(playground: Playground) -> Iterator[str]:
    program = program_command()
    yield "In another terminal:"
    yield ""
    yield f"  export FULFILLMENT_CONFIG={quote(str(playground.settings_file))}"
    yield f"  {program} orders list"
    yield f"  {program} orders explain {ACCOUNT}/1005"
    yield f"  {program} orders release {ACCOUNT}/1005 --reason 'the branch is open again'"
    yield f"  {program} send --source {COURIER.source} --order 1002 --event shipment.delivered"
    order = f"{playground.sandbox}/_sandbox/orders/1003"
    yield f'  curl --silent --request PATCH {order} --data \'{{"payment_status": "paid"}}\''
    yield f"  {program} deliveries list --outcome quarantined"
    yield f"  {program} doctor"
    yield f"  {program} tail"


def _warning(others: Collection[str]) -> Iterator[str]:
    if others:
        yield ""
        yield f"There, first unset {' '.join(sorted(others))}: variables count more than a settings file."
