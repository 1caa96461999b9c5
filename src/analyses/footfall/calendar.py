"""What is known of each local day before looking at the counts: weekday, holidays, weather."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FLAGS: tuple[str, ...] = ("school_holiday", "bridge", "market_day", "sales")
"""Yes/no columns of a calendar that the baseline uses when they are there."""


@dataclass(frozen=True, slots=True)
class Days:
    """Features of consecutive periods, one row a period (a local day, or a week).

    Parameters
    ----------
    dates : pandas.DatetimeIndex
        Naive local dates, increasing.
    weekday : array of int, shape (n,)
        0 for Monday.
    holiday : array of int, shape (n,)
        Code of the public holiday, -1 if none; the same name has the same code every year.
    flags : array of float, shape (n, f)
        Yes/no features (school holidays, bridges, market days, sales, eves, end of the year).
    flag_names : tuple of str
        Names of the columns of ``flags``.
    weather : array of float, shape (n, w)
        Standardised weather features; ``w`` is 0 without weather.
    """

    dates: pd.DatetimeIndex
    weekday: Ints
    holiday: Ints
    flags: Floats
    flag_names: tuple[str, ...]
    weather: Floats

    def __len__(self) -> int:
        """Return the number of periods."""
        return len(self.dates)

    @property
    def public_holiday(self) -> Bools:
        """Whether each day is a public holiday."""
        return self.holiday >= 0

    def as_ordinary(self, window: Ints) -> Days:
        """Return the same days, those of ``window`` no longer public holidays."""
        holiday = self.holiday.copy()
        holiday[window] = -1
        return replace(self, holiday=holiday)

    def slice(self, start: int, stop: int) -> Days:
        """Return the periods ``start`` to ``stop`` (excluded), weather standardised as it was."""
        cut = slice(start, stop)
        return Days(
            self.dates[cut], self.weekday[cut], self.holiday[cut], self.flags[cut],
            self.flag_names, self.weather[cut],
        )  # fmt: skip


def day_features(
    dates: pd.DatetimeIndex,
    calendar: pd.DataFrame | None = None,
    weather: pd.DataFrame | None = None,
) -> Days:
    """Describe days by their calendar and weather.

    Parameters
    ----------
    dates : pandas.DatetimeIndex
        Naive local dates, strictly increasing.
    calendar : pandas.DataFrame, optional
        One row a local date: ``date`` and any of ``public_holiday`` (true/false, or the name of
        the holiday, empty if none), ``school_holiday``, ``bridge``, ``market_day``, ``sales``.
    weather : pandas.DataFrame, optional
        One row a local date: ``date`` and any of ``temperature_max`` (°C), ``rain_mm`` (mm).
        Missing days take the mean, so they move nothing.

    Returns
    -------
    Days
        Features in the order of ``dates``.

    Raises
    ------
    ValueError
        If dates are not strictly increasing, or a frame has no ``date`` or repeats one.
    """
    if not dates.is_monotonic_increasing or not dates.is_unique:
        raise ValueError("dates must be strictly increasing")
    by_day = _by_date(calendar, "calendar").reindex(dates)
    holiday = _holiday_codes(by_day)
    names = ["eve", "morrow", "year_end"]
    columns: list[Floats] = [*_neighbours(holiday), _year_end(dates)]
    for name in FLAGS:
        if name in by_day:
            names.append(name)
            flag: Floats = by_day[name].eq(True).to_numpy().astype(np.float64)
            columns.append(flag)
    return Days(
        dates=dates,
        weekday=dates.dayofweek.to_numpy(dtype=np.int64),
        holiday=holiday,
        flags=np.column_stack(columns),
        flag_names=tuple(names),
        weather=_weather(_by_date(weather, "weather").reindex(dates)),
    )


def _by_date(frame: pd.DataFrame | None, name: str) -> pd.DataFrame:
    if frame is None:
        return pd.DataFrame(index=pd.DatetimeIndex([]))
    if "date" not in frame:
        raise ValueError(f"the {name} frame has no column date")
    indexed = frame.set_index(pd.DatetimeIndex(pd.to_datetime(frame["date"])))
    if not indexed.index.is_unique:
        twice = indexed.index[indexed.index.duplicated()][0]
        raise ValueError(f"the {name} frame has {twice.date()} twice")
    return indexed.drop(columns="date")


def _holiday_codes(by_day: pd.DataFrame) -> Ints:
    if "public_holiday" not in by_day:
        return np.full(len(by_day), -1, dtype=np.int64)
    column = by_day["public_holiday"]
    named = column.map(lambda v: v if isinstance(v, str) else "yes" if v is True or v == 1 else "")
    names = sorted(set(named) - {""})
    code = {name: index for index, name in enumerate(names)}
    return np.array([code.get(name, -1) for name in named], dtype=np.int64)


def _neighbours(holiday: Ints) -> list[Floats]:
    off = holiday >= 0
    eve = np.append(off[1:], False) & ~off
    morrow = np.append(False, off[:-1]) & ~off
    return [eve.astype(np.float64), morrow.astype(np.float64)]


def _year_end(dates: pd.DatetimeIndex) -> Floats:
    """Flag 21 December to 10 January, when town centres keep hours of their own."""
    month_day = dates.month.to_numpy() * 100 + dates.day.to_numpy()
    return np.asarray((month_day >= 1221) | (month_day <= 110), dtype=np.float64)


def _weather(by_day: pd.DataFrame) -> Floats:
    columns: list[Floats] = []
    if "temperature_max" in by_day:
        warm = _standard(by_day["temperature_max"].to_numpy(dtype=np.float64))
        columns += [warm, _standard(warm**2)]
    if "rain_mm" in by_day:
        rain = by_day["rain_mm"].to_numpy(dtype=np.float64)
        wet = np.where(np.isnan(rain), np.nan, rain >= 1.0)
        columns += [_standard(np.log1p(rain)), _standard(wet)]
    return np.column_stack(columns) if columns else np.empty((len(by_day), 0))


def _standard(values: Floats) -> Floats:
    seen = ~np.isnan(values)
    if not seen.any():
        return np.zeros_like(values)
    spread = float(values[seen].std())
    centred = (values - values[seen].mean()) / (spread if spread > 0 else 1.0)
    return np.where(seen, centred, 0.0)
