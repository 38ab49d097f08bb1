"""A trial says which row of the statuses was meant."""

import pytest

from tests.support.invented import profile
from tests.support.trials import reading_of, step
from webhook_receiver.profiles.trial.steps import Outcome

TWO = """
from = ["state", "sub"]
rows = [["Picked_Up", "*", "picked_up"], ["done", "A*", "delivered"], ["x", ["", "y"], "info"]]
"""


@pytest.mark.parametrize(
    ("document", "shown", "advice"),
    [
        ({"state": "picked up"}, '("picked up", "")', ["row 1 fits with: fold = true in [status]"]),
        ({"state": "DONE", "sub": "abc"}, '("DONE", "abc")', ["row 2 fits with: fold = true in [status]"]),
        ({"state": "Picked_Upp"}, '("Picked_Upp", "")', ['the rows have "Picked_Up"']),
        ({"state": "done", "sub": "B"}, '("done", "B")', ['rows 2 have "done", but with other cells behind it']),
        ({"state": "new"}, '("new", "")', []),
    ],
)
def test_an_unknown_status_is_answered_by_rows_that_look_like_it(
    document: dict[str, str], shown: str, advice: list[str]
):
    trial = reading_of(profile(status=TWO), {"ref": "1", **document})
    status = step(trial, "status")
    assert status.text == f"{shown} fits no row of status.rows"
    cells = ", ".join(f'"{document.get(name, "")}"' for name in ("state", "sub"))
    word = " | ".join(document.values())
    assert [line for line in status.advice if "statuses" not in line] == [
        *advice,
        f"add a row to status.rows: [{cells}, EVENT], where EVENT is an event such as in_transit, or info",
    ]
    assert status.advice[-1] == f'or, for one source: statuses = {{ "{word}" = EVENT }}'
    assert (trial.outcome, trial.reason) == (Outcome.QUARANTINED, "unknown_event")


def test_a_profile_that_folds_is_not_told_to():
    status = f"fold = true\n{TWO}"
    assert (
        step(reading_of(profile(status=status), {"ref": "1", "state": "nothing"}), "status").advice[0].startswith("add")
    )


def test_a_status_that_is_not_there_is_a_matter_of_the_path():
    trial = reading_of(profile(), {"ref": "1", "status": {"state": "D"}})
    assert step(trial, "status").advice == ("state leads to nothing; there is status.state",)


def test_a_status_that_is_no_text_is_shown():
    trial = reading_of(profile(), {"ref": "1", "state": 1.5})
    assert step(trial, "quarantine").advice == ("status.from: state 1.5",)


def test_who_has_decided_on_a_status_is_said():
    document = {"ref": "1", "state": "On-Its Way"}
    own = step(reading_of(profile(), document, statuses={"On-Its Way": "in_transit"}), "status")
    assert own.text == '("On-Its Way") → the source\'s own statuses → shipment.in_transit'
    nobody = profile(status='from = "state"\nunknown = "info"\nrows = [["D", "delivered"]]')
    assert step(reading_of(nobody, document), "status").text == '("On-Its Way") → no row → info: of no interest'
    assert reading_of(nobody, document).outcome is Outcome.IGNORED
