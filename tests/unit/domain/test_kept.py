"""What is deleted so that no more is kept of a source than its bounds allow."""

from hypothesis import given
from hypothesis import strategies as st

from worker.domain.kept import Amount, Candidate, KeptBounds, about_how_many, to_evict

sizes = st.lists(st.integers(0, 100), max_size=30)
bounds = st.builds(KeptBounds, st.integers(1, 20), st.integers(100, 500))


def kept(candidates: list[Candidate]) -> Amount:
    return Amount(len(candidates), sum(candidate.bytes for candidate in candidates))


@given(sizes, bounds)
def test_what_is_kept_is_within_the_bounds_and_no_more_is_deleted_than_needed(sizes: list[int], bounds: KeptBounds):
    oldest_first = [Candidate(number, size) for number, size in enumerate(sizes)]
    victims = list(to_evict(kept(oldest_first), bounds, oldest_first))
    assert victims == oldest_first[: len(victims)]
    assert not bounds.exceeded_by(kept(oldest_first[len(victims) :]))
    if victims:
        assert bounds.exceeded_by(kept(oldest_first[len(victims) - 1 :]))


@given(sizes, bounds)
def test_an_estimate_of_what_must_go_is_never_nothing(sizes: list[int], bounds: KeptBounds):
    amount = kept([Candidate(0, size) for size in sizes])
    assert about_how_many(amount, bounds) >= max(1, amount.deliveries - bounds.deliveries)


def test_bodies_of_the_usual_size_are_estimated_well():
    assert about_how_many(Amount(110, 110_000), KeptBounds(1000, 100_000)) == 11
