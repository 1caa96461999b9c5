"""Hill numbers against the published analysis of the spider data."""

from __future__ import annotations

import numpy as np
import pytest

from analyses.commerce.diversity import expected_hill, hill, observed, standardised

# Spiders under tree canopies (Sackett et al. 2011), as analysed by Chao et al. (2014) and shipped
# with the R package iNEXT: girdled 168 individuals of 26 species, logged 252 of 37.
GIRDLED = np.array([46, 22, 17, 15, 15, 9, 8, 6, 6, 4, *[2] * 4, *[1] * 12])
LOGGED = np.array(
    [88, 22, 16, 15, 13, 10, 8, 8, 7, 7, 7, 5, 4, 4, 4, 3, 3, 3, 3, *[2] * 4, *[1] * 14]
)
FAR = 10**8


@pytest.mark.parametrize(
    ("counts", "seen", "whole"),
    [
        (GIRDLED, (26, 12.060, 7.840), (43.893, 13.826, 8.175)),
        (LOGGED, (37, 14.421, 6.761), (61.403, 16.337, 6.920)),
    ],
)
def test_observed_and_asymptotic_diversity_of_the_spiders(
    counts: np.ndarray, seen: tuple[float, ...], whole: tuple[float, ...]
) -> None:
    """Hsieh, Ma and Chao (2016), iNEXT, Methods in Ecology and Evolution 7: table AsyEst."""
    assert observed(counts) == pytest.approx(seen, abs=5e-4)
    assert hill(counts, FAR) == pytest.approx(whole, abs=1e-3)


def test_rarefaction_is_the_mean_of_random_parts() -> None:
    """Order 0 and the expected counts, against 4,000 random parts of 60 of the 168 spiders."""
    rng = np.random.default_rng(0)
    parts = rng.multivariate_hypergeometric(GIRDLED, 60, size=4000)
    richness = (parts > 0).sum(axis=1)
    assert hill(GIRDLED, 60)[0] == pytest.approx(richness.mean(), abs=4 * richness.std() / 63)
    pairs = (parts / 60) ** 2
    assert 1 / hill(GIRDLED, 60)[2] == pytest.approx(pairs.sum(axis=1).mean(), rel=0.005)


def test_diversity_is_continuous_and_grows_with_the_number_of_shops() -> None:
    sizes = [10, 60, 167, 168, 169, 336]
    for order in range(3):
        values = [hill(GIRDLED, size)[order] for size in sizes]
        assert values == sorted(values)
        assert values[4] - values[2] < 0.2


def test_orders_fall() -> None:
    zero, one, two = hill(LOGGED, 200)
    assert zero > one > two > 1


def test_even_shops_count_for_all_their_activities() -> None:
    assert observed(np.array([5, 5, 5, 5])) == pytest.approx((4, 4, 4))


def test_the_interval_holds_the_estimate_and_repeats() -> None:
    first, again = standardised(GIRDLED, 100, seed=3), standardised(GIRDLED, 100, seed=3)
    assert first == again
    for estimate in first:
        assert 1 <= estimate.low < estimate.value < estimate.high
        assert estimate.n == 168


def test_the_expected_numbers_of_known_shares_are_the_mean_of_samples() -> None:
    shares = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
    drawn = np.random.default_rng(4).multinomial(40, shares, size=4000)
    zero, _, two = expected_hill(shares, 40)
    richness = (drawn > 0).sum(axis=1)
    assert zero == pytest.approx(richness.mean(), abs=4 * richness.std() / 63)
    assert 1 / two == pytest.approx(((drawn / 40) ** 2).sum(axis=1).mean(), rel=0.01)
    assert expected_hill(np.array([1.0]), 40) == pytest.approx((1, 1, 1))


def test_the_interval_covers_at_about_the_nominal_rate() -> None:
    """Sixty samples of 80 shops brought to 100: the truth lies inside 51 times at least."""
    shares = 0.8 ** np.arange(25)
    shares /= shares.sum()
    truth = expected_hill(shares, 100)
    rng = np.random.default_rng(9)
    inside = np.zeros(3)
    for seed in range(60):
        found = standardised(rng.multinomial(80, shares), 100, replicates=60, seed=seed)
        inside += [e.low <= value <= e.high for e, value in zip(found, truth, strict=True)]
    assert inside.min() >= 51


def test_no_shop_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one shop"):
        hill(np.array([0]), 10)
