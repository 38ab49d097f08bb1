"""The three lines agree with the order's state, with each other, and with all that is said below them."""

import re
from itertools import chain

from hypothesis import given

from tests.support.clock import START
from tests.support.generated_snapshots import policies, snapshots, todays_settings
from tests.support.snapshots import text
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.policy import Policy
from worker.operations.explain.answer import Actor
from worker.operations.explain.explanation import Explanation, explain
from worker.operations.explain.today import TodaysSettings
from worker.operations.instants import moment
from worker.operations.phrases import split_command

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
LAST_ATTEMPT = re.compile(r"(?:from|search after) [-\d]+ [:\d]+ UTC (?:on, one more failure|is the last one)")
"""The end of the attempts, which is no time at which anything happens."""
BROKEN = re.compile(r"\bNone\b|“”|[:,;] ?[.;]|  |\.\.")
"""Traces of an empty value."""
BEGINNINGS = {
    Actor.OPERATOR: "You act",
    Actor.WORKER: "A worker acts",
    Actor.PLATFORM: "The platform acts",
    Actor.COURIER: "The courier acts",
    Actor.CUSTOMER: "The customer acts",
    Actor.NOBODY: "Nobody acts",
}
WAITS_FOR_OTHERS = {Actor.COURIER, Actor.CUSTOMER}
OF_STATES = {
    State.STOPPED: {Actor.OPERATOR},
    State.LEASED: {Actor.WORKER},
    State.CLOSED: {Actor.NOBODY, Actor.OPERATOR},
    State.SETTLED: {Actor.OPERATOR, *WAITS_FOR_OTHERS},
    State.HELD: {Actor.OPERATOR, Actor.PLATFORM, Actor.WORKER},
    State.DUE: {Actor.WORKER, Actor.OPERATOR},
    State.WAITING: {Actor.WORKER, Actor.OPERATOR, Actor.COURIER},
}


def ahead(explanation: Explanation) -> set[str]:
    """Return the instants to come that an explanation names, except those at which events happened by wrong clocks."""
    parts = (explanation.position, explanation.plan, explanation.writes, explanation.next_steps)
    said = "\n".join([*explanation.answer.lines, *chain(*parts)])
    return {time for time in TIME.findall(LAST_ATTEMPT.sub("", said)) if time > moment(START)}


@given(snapshots(), policies(), todays_settings())
def test_at_most_one_time_is_named_at_which_something_happens_next(
    seen: Snapshot, policy: Policy, settings: TodaysSettings
):
    explanation = explain(seen, policy, settings)
    lease = {moment(seen.row.lease_until or START)}  # by then at the latest, the worker of this moment has ended
    times, at = ahead(explanation) - lease, explanation.answer.at
    assert len(times) <= 1
    assert at is None or at <= START or times == {moment(at)}


@given(snapshots(), policies(), todays_settings())
def test_the_answer_agrees_with_the_state_and_with_the_json_document(
    seen: Snapshot, policy: Policy, settings: TodaysSettings
):
    explanation = explain(seen, policy, settings)
    answer = explanation.answer
    assert answer.who in OF_STATES[explanation.state]
    assert not explanation.needs_person or answer.who is Actor.OPERATOR
    assert answer.at is None or answer.who in {Actor.WORKER, Actor.PLATFORM, Actor.COURIER}
    assert not (answer.command and answer.who in {Actor.NOBODY, *WAITS_FOR_OTHERS})
    assert answer.sentence.startswith(BEGINNINGS[answer.who])
    document = explanation.document()
    values, commands = document["answer"], document["commands"]
    assert isinstance(values, dict)
    assert isinstance(commands, list)
    assert (values["who"], values["command"]) == (answer.who, answer.command or None)
    assert commands[:1] == [answer.command] or not answer.command
    assert all(command.startswith("fulfillment ") for command in commands)
    assert len(set(commands)) == len(commands)


@given(snapshots(), policies(), todays_settings())
def test_three_lines_are_whole_sentences_that_contradict_nothing_below(
    seen: Snapshot, policy: Policy, settings: TodaysSettings
):
    explanation = explain(seen, policy, settings)
    who, why, command = explanation.answer.lines
    assert all(line and "\n" not in line and not BROKEN.search(line) for line in (who, why, command))
    assert who.endswith(".")
    assert why.endswith(".")
    assert command.startswith("fulfillment ") or command == "There is nothing to type."
    assert not split_command(why)[1], "a text from outside is no command"
    said = "\n".join([*explanation.answer.lines, text(explanation)])
    assert not re.search(r"\b(\d+) of \1 parcels? ha\S+ arrived[:;]", said), "nothing is missing then"
    assert not ("failed since" in said and re.search("asked yet|never asked", said))
    assert not ("nothing is left to do" in said and ("is to be asked" in said or "waits for a person" in said))
