"""An error says what happened, and what to do next."""

import pickle

import pytest

from worker.domain import errors
from worker.domain.errors import (
    ApiError,
    Defect,
    FulfillmentError,
    OrderMissing,
    Rejected,
    Throttled,
    Transient,
    Unusable,
)
from worker.domain.reasons import QuarantineReason


def family(root):
    """Return *root* and the errors of the domain that derive from it. The command line has an error of its own."""
    children = (child for child in root.__subclasses__() if child.__module__ == errors.__name__)
    return [root, *(error for child in children for error in family(child))]


@pytest.mark.parametrize("error", family(ApiError))
def test_an_error_survives_pickle(error):
    sent = error("no", 503, "busy", "req_1")
    received = pickle.loads(pickle.dumps(sent))  # noqa: S301 - our own bytes
    assert (type(received), str(received), received.args) == (error, str(sent), sent.args)
    assert received.args[:4] == ("no", 503, "busy", "req_1")
    assert (received.message, received.status, received.code, received.request_id) == ("no", 503, "busy", "req_1")


def test_the_wait_and_the_reason_survive_pickle():
    throttled = pickle.loads(pickle.dumps(Throttled("slow", wait=7)))  # noqa: S301 - our own bytes
    unusable = pickle.loads(pickle.dumps(Unusable(QuarantineReason.NOT_JSON, "at 3")))  # noqa: S301 - our own bytes
    assert (throttled.wait, throttled.status) == (7, 429)
    assert (unusable.reason, unusable.detail) == unusable.args == ("not_json", "at 3")


def test_every_error_has_a_reason_of_its_own():
    words = [error.reason for error in family(FulfillmentError) if "reason" in vars(error)]
    assert len(words) == len(set(words))
    assert all(word == word.lower() and " " not in word for word in words)


def test_only_a_failure_without_an_answer_or_our_own_defect_leaves_a_write_uncertain():
    assert {error for error in family(ApiError) if not error.definite} == {Transient, Defect}


def test_the_platforms_own_words_are_kept():
    refused = Rejected("admin_notes is too long", 422, "validation_failed", "req_9")
    assert str(refused) == "HTTP 422, validation_failed, admin_notes is too long, request req_9"
    assert str(Transient()) == "api_unavailable"


def test_the_message_of_the_platform_loses_its_full_stop_within_our_sentence():
    assert str(OrderMissing("No such order.", 404, "", "req_9")) == "HTTP 404, No such order, request req_9"
    assert OrderMissing("No such order.").message == "No such order."
    assert str(Rejected("No size XX.")) == "No size XX"


def test_the_tree_in_the_docstring_names_every_error():
    tree = errors.__doc__ or ""
    assert [error.__name__ for error in family(FulfillmentError) if error.__name__ not in tree] == []


def test_what_is_not_given_to_an_error_is_empty():
    throttled, unusable = Throttled(), Unusable(QuarantineReason.NOT_JSON)
    assert (throttled.message, throttled.status, throttled.code, throttled.request_id) == ("", 429, "", "")
    assert (throttled.wait, unusable.detail) == (0, "")
