"""Every word of the contract has a sentence that explains it."""

import pytest

from worker.domain import reasons
from worker.domain.errors import (
    ApiError,
    Conflict,
    Defect,
    OrderAmbiguous,
    OrderMissing,
    Rejected,
    Throttled,
    Transient,
    Unauthorized,
)
from worker.domain.reasons import STORED_OUTCOMES, DeliveryOutcome, StopReason, WaitReason, Word

ENUMS = Word.__subclasses__()
WORDS = [pytest.param(word, id=f"{type(word).__name__}.{word}") for enum in ENUMS for word in enum]


def test_every_enum_of_the_module_derives_from_word():
    public = {value for name, value in vars(reasons).items() if isinstance(value, type) and name[0].isupper()}
    assert {*ENUMS} == {enum for enum in public if enum.__module__ == reasons.__name__} - {Word}


@pytest.mark.parametrize("word", WORDS)
def test_a_word_means_one_sentence(word):
    assert word.meaning[0].isupper() or word.meaning[0] == "`"
    assert word.meaning.endswith(".")
    assert word.meaning == " ".join(word.meaning.split())
    assert ". " not in word.meaning


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_its_name_in_small_letters(word):
    assert str(word) == word.value == word.name.lower()
    assert type(word)(word.value) is word


@pytest.mark.parametrize("enum", ENUMS)
def test_no_two_words_of_an_enum_mean_the_same(enum):
    meanings = [word.meaning for word in enum]
    assert len(set(meanings)) == len(meanings) > 0


def test_stored_outcomes_are_the_members_before_the_counted_ones():
    assert tuple(DeliveryOutcome)[: len(STORED_OUTCOMES)] == STORED_OUTCOMES


@pytest.mark.parametrize("error", [OrderMissing, OrderAmbiguous])
def test_an_order_that_is_not_found_waits_and_stops_with_the_same_word(error: type[ApiError]):
    assert (WaitReason(error.reason).value, StopReason(error.reason).value) == (error.reason, error.reason)


@pytest.mark.parametrize("error", [Transient, Defect, Throttled, Unauthorized, OrderMissing, Conflict, Rejected])
def test_the_reason_of_a_failed_call_is_a_word(error: type[ApiError]):
    assert isinstance(error.reason, Word)
