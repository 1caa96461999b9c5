"""Probability of at least one infraction by place and slot, back-tested against climatology."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import betaln, expit, logit

from analyses.parking.arrays import Codes, Floats, positions, tally
from analyses.parking.clusters import day_mean, weekday_strata
from analyses.parking.infractions import REFLECTS_PATROLS
from analyses.results import Estimate
from analyses.wording import Text

_EDGE = 1e-4

_OWN_HALF = 3.0
"""Hours with an infraction at which the mean number of an hour counts as much as the level above.

Credibility is the variance within hours over the variance between them (Bühlmann 1967, ASTIN
Bulletin 4): numbers spread as Poisson's around a mean of μ, in hours whose means differ by 60 % of
it, give 1 / (0.6² μ), that is 3 for μ = 1 and fewer above."""


@dataclass(frozen=True)
class Forecaster:
    """Probabilities by place × weekday × hour, drawn together where data are few.

    Parameters
    ----------
    places : tuple of str
        Places, in the order of the rows.
    chance : numpy.ndarray
        Probability of at least one infraction in the hour, shape (places, 7, 24).
    rate : numpy.ndarray
        Expected infractions in the hour, same shape.
    strength : tuple of float
        Weight, in days, of the level above in each of the two shrinkages: kind of day towards
        place + hour, then weekday towards kind of day.
    holidays : frozenset of datetime.date
        Days taken as Sundays.
    """

    places: tuple[str, ...]
    chance: Floats
    rate: Floats
    strength: tuple[float, float]
    holidays: frozenset[date]


@dataclass(frozen=True)
class Backtest:
    """Forecasts set against what happened, beside climatology.

    Parameters
    ----------
    log_loss, climatology_log_loss : float
        Mean of −log(probability given to what happened), natural logarithm.
    brier, climatology_brier : float
        Mean squared error of the probability.
    gain : Estimate
        Climatology's log loss less the forecast's, by day.
    better : bool
        Whether the whole interval of the gain lies above 0.
    calibration : pandas.DataFrame
        ``forecast``, ``seen``, ``n`` for tenths of probability, and ``climatology_seen``.
    calibration_error, climatology_calibration_error : float
        Mean distance between the probability announced and the share seen, over the tenths.
    verdict : Text
        What may be said of these forecasts.
    """

    log_loss: float
    climatology_log_loss: float
    brier: float
    climatology_brier: float
    gain: Estimate
    better: bool
    calibration: pd.DataFrame
    calibration_error: float
    climatology_calibration_error: float
    verdict: Text


def fit_forecaster(cells: pd.DataFrame, holidays: Iterable[date] = ()) -> Forecaster:
    """Fit probabilities on past cells.

    Parameters
    ----------
    cells : pandas.DataFrame
        ``place_id``, ``day``, ``hour``, ``count`` (:func:`infractions.count_cells`), zeros in.
    holidays : iterable of datetime.date
        Public holidays, past and to come, taken as Sundays.

    Notes
    -----
    Beta-binomial shrinkage in two steps: the share of days with an infraction, by place × kind of
    day × hour, is drawn towards place + (kind of day × hour) on the logit scale, and by weekday
    towards its kind of day. The weight of the level above is the one that makes the data likeliest
    (empirical Bayes).
    """
    off = frozenset(holidays)
    names = pd.Index(sorted(cells["place_id"].astype(str).unique()))
    place = positions(names, cells["place_id"].astype(str))
    week, hour = _weekdays(cells["day"], off), cells["hour"].to_numpy(dtype=np.int64)
    count = cells["count"].to_numpy(dtype=float)
    days, hits, total = _sums(place, week, hour, len(names), count)
    kind = np.array([0, 0, 0, 0, 0, 1, 2])
    by_kind_days = np.stack([days[:, kind == k].sum(axis=1) for k in range(3)], axis=1)
    by_kind_hits = np.stack([hits[:, kind == k].sum(axis=1) for k in range(3)], axis=1)
    prior = _additive(by_kind_hits, by_kind_days)
    kinds, strong = _shrink(by_kind_hits, by_kind_days, prior)
    chance, weak = _shrink(hits, days, kinds[:, kind])
    rate = _rates(total, hits, chance)
    return Forecaster(tuple(names), chance, rate, (strong, weak), off)


def forecast(model: Forecaster, cells: pd.DataFrame) -> Floats:
    """Return the probability of at least one infraction in each cell, shape (cells,).

    A place never seen gets the mean of the others.
    """
    place = positions(model.places, cells["place_id"].astype(str))
    week, hour = _weekdays(cells["day"], model.holidays), cells["hour"].to_numpy(dtype=int)
    known = model.chance[np.maximum(place, 0), week, hour]
    return np.asarray(np.where(place >= 0, known, model.chance.mean(axis=0)[week, hour]))


def climatology(past: pd.DataFrame, cells: pd.DataFrame, *, prior: float = 0.5) -> Floats:
    """Return the share of past days with an infraction, by place × weekday × hour.

    Parameters
    ----------
    past, cells : pandas.DataFrame
        Cells that are known, and cells to forecast.
    prior : float
        Successes and failures added to each cell, so that no probability is 0 or 1 (0.5:
        Jeffreys).
    """
    names = pd.Index(sorted(past["place_id"].astype(str).unique()))
    where = positions(names, past["place_id"].astype(str))
    week, hour = past["day"].dt.dayofweek.to_numpy(), past["hour"].to_numpy(dtype=np.int64)
    count = past["count"].to_numpy(dtype=float)
    days, hits, _ = _sums(where, week.astype(np.int64), hour, len(names), count)
    share = (hits + prior) / (days + 2 * prior)
    place = positions(names, cells["place_id"].astype(str))
    found = share[
        np.maximum(place, 0), cells["day"].dt.dayofweek.to_numpy(), cells["hour"].to_numpy()
    ]
    return np.asarray(np.where(place >= 0, found, float(hits.sum() / days.sum())))


def backtest(
    past: pd.DataFrame,
    future: pd.DataFrame,
    holidays: Iterable[date] = (),
    *,
    level: float = 0.95,
) -> Backtest:
    """Fit on ``past``, forecast ``future``, and compare with climatology.

    Climatology is given the best of three priors on the *future*, which favours it.
    """
    model = fit_forecaster(past, holidays)
    mine = forecast(model, future)
    happened = (future["count"].to_numpy() > 0).astype(float)
    rivals = [climatology(past, future, prior=prior) for prior in (0.1, 0.25, 0.5)]
    rival = min(rivals, key=lambda chance: float(_loss(chance, happened).mean()))
    day, names = pd.factorize(future["day"])
    size = tally(day, len(names))
    daily = tally(day, len(names), _loss(rival, happened) - _loss(mine, happened)) / size
    gain = day_mean(daily, weekday_strata(pd.DatetimeIndex(names)), level=level)
    table, error = _calibration(mine, happened)
    other, other_error = _calibration(rival, happened)
    better = bool(gain.low > 0 and error <= other_error)
    return Backtest(
        log_loss=float(_loss(mine, happened).mean()),
        climatology_log_loss=float(_loss(rival, happened).mean()),
        brier=float(((mine - happened) ** 2).mean()),
        climatology_brier=float(((rival - happened) ** 2).mean()),
        gain=gain,
        better=better,
        calibration=table.assign(climatology_seen=other["seen"]),
        calibration_error=error,
        climatology_calibration_error=other_error,
        verdict=_verdict(better),
    )


def patrol_list(model: Forecaster, *, top: int = 20) -> tuple[pd.DataFrame, Text]:
    """Return where and when a patrol would record most, and what that list cannot say.

    Returns
    -------
    table : pandas.DataFrame
        ``place_id``, ``weekday``, ``hour``, ``expected`` (infractions recorded in the hour),
        ``chance`` (of at least one); highest first.
    warning : Text
        That the list follows past patrols.
    """
    order = np.argsort(-model.rate, axis=None, kind="stable")[:top]
    place, weekday, hour = np.unravel_index(order, model.rate.shape)
    table = pd.DataFrame(
        {
            "place_id": np.asarray(model.places, dtype=object)[place],
            "weekday": weekday,
            "hour": hour,
            "expected": model.rate[place, weekday, hour],
            "chance": model.chance[place, weekday, hour],
        }
    )
    return table, REFLECTS_PATROLS


def _weekdays(days: pd.Series, off: frozenset[date]) -> Codes:
    """Return weekday of each day, holidays as Sundays."""
    closed = days.isin(pd.DatetimeIndex([pd.Timestamp(day) for day in off])).to_numpy()
    return np.where(closed, 6, days.dt.dayofweek.to_numpy()).astype(np.int64)


def _sums(
    place: Codes, week: Codes, hour: Codes, places: int, count: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return days, days with an infraction, and infractions, shape (places, 7, 24)."""
    where = (place * 7 + week) * 24 + hour
    size, shape = places * 7 * 24, (places, 7, 24)
    days = tally(where, size).reshape(shape)
    hits = tally(where, size, count > 0).reshape(shape)
    return days, hits, tally(where, size, count).reshape(shape)


def _additive(hits: Floats, days: Floats) -> Floats:
    """Return probabilities by place + (kind of day × hour) on the logit scale."""
    by_place = _safe(hits.sum(axis=(1, 2)), days.sum(axis=(1, 2)))[:, None, None]
    by_time = _safe(hits.sum(axis=0), days.sum(axis=0))[None, :, :]
    overall = _safe(np.asarray(hits.sum()), np.asarray(days.sum()))
    return np.asarray(expit(logit(by_place) + logit(by_time) - logit(overall)))


def _safe(hits: Floats, days: Floats) -> Floats:
    return np.asarray((hits + 0.5) / (days + 1.0))


def _shrink(hits: Floats, days: Floats, prior: Floats) -> tuple[Floats, float]:
    """Return posterior means under Beta(w·prior, w·(1 − prior)), w by maximum likelihood."""
    mean = np.clip(prior, _EDGE, 1 - _EDGE)

    def minus_log(log_weight: float) -> float:
        a, b = np.exp(log_weight) * mean, np.exp(log_weight) * (1 - mean)
        return -float((betaln(hits + a, days - hits + b) - betaln(a, b)).sum())

    weight = float(np.exp(minimize_scalar(minus_log, bounds=(-3, 8), method="bounded").x))
    return (hits + weight * mean) / (days + weight), weight


def _rates(total: Floats, hits: Floats, chance: Floats) -> Floats:
    """Return infractions an hour: chance × mean number where there is any, shape (places, 7, 24).

    The mean number of an hour of the week is drawn towards that hour of the day at the place, it
    towards the place, and the place towards all, each as :data:`_OWN_HALF` hours more: a single
    burst weighs little, a peak that comes back is told in full.
    """
    when_any = np.asarray(total.sum() / max(float(hits.sum()), 1.0))
    for level in ((1, 2), (1,), ()):
        numbers, hours = (sums.sum(axis=level, keepdims=True) for sums in (total, hits))
        when_any = (numbers + _OWN_HALF * when_any) / (hours + _OWN_HALF)
    return np.asarray(when_any * chance)


def _loss(chance: Floats, happened: Floats) -> Floats:
    safe = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.asarray(-(happened * np.log(safe) + (1 - happened) * np.log(1 - safe)))


def _calibration(chance: Floats, happened: Floats) -> tuple[pd.DataFrame, float]:
    tenth = np.minimum((chance * 10).astype(int), 9)
    n = tally(tenth, 10)
    said = tally(tenth, 10, chance)
    seen = tally(tenth, 10, happened)
    with np.errstate(invalid="ignore"):
        table = pd.DataFrame({"forecast": said / n, "seen": seen / n, "n": n})
    error = float(np.abs(said - seen).sum() / n.sum())
    return table, error


def _verdict(better: bool) -> Text:
    if better:
        return Text(
            "Les probabilités prévues font mieux que la moyenne passée par lieu, jour et heure : "
            "elles approchent mieux ce qui est arrivé, et leurs pourcentages se vérifient mieux.",
            "The forecast probabilities beat the past mean by place, weekday and hour: they come "
            "closer to what happened, and their percentages hold truer.",
        )
    return Text(
        "Les probabilités prévues ne font pas mieux que la moyenne passée par lieu, jour et heure.",
        "The forecast probabilities do not beat the past mean by place, weekday and hour.",
    )
