"""The command line and the console have the same acts: those of the catalogue."""

from collections.abc import Iterator

import click
import pytest

from tests.support.clock import Clock
from tests.support.console_user import ConsoleUser
from tests.support.harness import Harness
from worker.cli.commands import LazyGroup
from worker.console.access.rules import needed_role
from worker.console.access.users import Role
from worker.console.acts.marks import acts_of
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason
from worker.operations.acts import ACTS, ActName, Subject, acts_on
from worker.operations.bulk import Act
from worker.operations.previews import PREVIEWS
from worker.store.accounts.holds import SqlHolds
from worker.store.database.database import Database

GROUPS = ("orders", "parcels", "deliveries", "accounts", "sources", "scan")
"""The groups of commands for what an operator looks at and acts on."""
LOOKS = {
    *("orders list", "orders show", "orders explain", "parcels list", "deliveries list", "deliveries show"),
    *("deliveries try", "accounts list", "sources list", "sources show", "sources check", "sources try"),
}
"""The commands of these groups that change nothing."""
OTHERS = {
    *("receiver", "worker", "console", "up", "demo", "migrate"),
    *("doctor", "send", "tail", "secrets", "platform"),
}
"""The other commands. They serve, look, make an installation, or play another party."""
OPTIONS = {
    *("--reason", "--note", "--dry-run", "--json", "--yes"),
    *("--stop", "--waiting", "--account", "--matching", "--older-than", "--source", "--outcome", "--since"),
}
"""The options that say why, how to print, and which of many. The console has them for all acts, or as filters."""
FIELDS = {
    ("orders advance", "--to"): ("advance", "choice"),
    ("orders advance", "--create"): ("advance", "seen"),
    ("orders release", "--found"): ("find", "target"),
    ("orders release", "--unseen"): ("find", "unseen"),
    ("orders assign", "--create"): ("assign", "seen"),
    ("orders assign", "--none"): ("assign", "choice"),
    ("parcels add", "--create"): ("add-parcel", "seen"),
    ("parcels add", "--shipment"): ("add-parcel", "shipment"),
    ("parcels add", "--url"): ("add-parcel", "url"),
    ("accounts release", "--hold"): ("release-account", "hold"),
}
"""What else an option can say, and the act and the field of its form that says the same in the console."""
PLACES = {
    "find": "/orders/-/find?order=main/number:N-1",
    "release-account": "/accounts/main/release-account?hold=operator",
}
"""The addresses of forms which are not those of the order 1."""
LOGINS = {"log_in", "log_out", "password"}
"""The forms of the console that are no acts on what it shows."""


def commands(group: click.Command, words: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the words of all commands below *group*."""
    if not isinstance(group, click.Group):
        yield " ".join(words)
        return
    for name in group.list_commands(click.Context(group)):
        yield from commands(find(name, group), (*words, name))


def find(words: str, group: click.Group | None = None) -> click.Command:
    """Return the command of these *words* below *group*, or of the program."""
    found: click.Command = group or LazyGroup()
    for word in words.split():
        assert isinstance(found, click.Group)
        command = found.get_command(click.Context(found), word)
        assert command is not None
        found = command
    return found


@pytest.fixture
def user(database) -> ConsoleUser:
    return ConsoleUser(database)


def test_every_command_that_acts_is_in_the_catalogue_and_every_act_has_a_command():
    of_operators = {words for words in commands(LazyGroup()) if words.partition(" ")[0] in GROUPS}
    named = {act.command.partition(" --")[0] for act in ACTS.values()}
    assert of_operators - LOOKS == named
    assert of_operators >= LOOKS


def test_each_command_is_one_of_an_operators_groups_or_known_to_be_no_act():
    program = LazyGroup()
    assert {*program.list_commands(click.Context(program))} == {*GROUPS, *OTHERS}


def test_what_an_option_of_an_act_says_can_be_said_in_its_form():
    said = {
        (words, option)
        for words in {act.command.partition(" --")[0] for act in ACTS.values()}
        for parameter in find(words).params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option not in OPTIONS
    }
    assert said == set(FIELDS)


def test_the_forms_have_the_fields_for_what_options_say(database: Database, clock: Clock):
    user = ConsoleUser(database, Role.OPERATOR, FULFILLMENT_SOURCES__COURIER__ALLOW="shipment")
    harness = Harness(database, clock)
    harness.accept()
    harness.accept(order=OrderKey("main", "number:N-1"))
    SqlHolds(database).hold("main", HoldReason.OPERATOR, None, "a look")
    for act, field in FIELDS.values():
        page = user.get(PLACES.get(act, f"/orders/-/{act}?order=main/1"))
        assert f'name="{field}"' in page, (act, field)


def test_an_act_that_is_an_option_of_a_command_has_this_option():
    for act in ACTS.values():
        command, _, option = act.command.partition(" --")
        names = {name for each in find(command).params for name in each.opts}
        assert not option or f"--{option}" in names


def test_every_act_has_a_form_in_the_console_and_every_form_is_an_act(user):
    acts = set[ActName]()
    for rule in user.app.url_map.iter_rules():
        view = user.app.view_functions[rule.endpoint]
        if "POST" in (rule.methods or ()) and rule.endpoint not in LOGINS:
            assert acts_of(view), f"{rule} is marked with no act"
            assert needed_role(view, "GET") is needed_role(view, "POST") is Role.OPERATOR
            acts.update(acts_of(view))
    assert acts == set(ActName)


def test_every_act_on_an_order_has_a_preview():
    assert set(PREVIEWS) == {*acts_on(Subject.ORDER)}


def test_what_can_be_done_to_many_has_a_form_for_many(user):
    many = {name for name, act in ACTS.items() if act.many}
    assert many == {*map(ActName, Act), ActName.REPLAY}
    rules = {str(rule) for rule in user.app.url_map.iter_rules()}
    assert {f"/orders/-/many/{act}" for act in Act} < rules


def test_every_act_says_what_it_does_and_what_undoes_it_is_an_act():
    named = {act.command for act in ACTS.values()}
    for name, act in ACTS.items():
        assert act.does.endswith("."), name
        assert act.label
        assert not act.undone_by or act.undone_by in named
