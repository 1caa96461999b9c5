"""What surveys of premises allow: waves, coverage, premises followed from one to the next."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from analyses import indicators

CAMPAIGN_DAYS = 45
"""Longest time between two days of visits of one wave."""
STRAY_PREMISES, STRAY_SHARE = 10, 0.05
DIVERSITY_SHOPS = 50
FEWEST_OF_ONE_STATUS = {1.0: 10, 0.0: 100}
"""Premises from which a wave where all are vacant (1), or none (0), is a list of these alone."""
VACANT = {"occupied": 0.0, "vacant": 1.0, "vacant_works": 1.0}


def assets(premises: pd.DataFrame, min_coverage: float) -> set[str]:
    """Return what a survey gives.

    Parameters
    ----------
    premises : DataFrame
        Table ``premises``.
    min_coverage : float
        Coverage (%) from which a wave gives a rate.
    """
    rows = _rows(premises)
    if rows.empty:
        return set()
    waves = sorted(rows["wave"].unique())
    covered = _coverage(rows, waves)
    lists = _lists(rows)
    usable = [w for w in waves if covered[w] >= min_coverage]
    open_only = rows["wave"].isin([w for w, share in lists.items() if share == 0])
    told = rows.assign(vacant=rows["vacant"].mask(rows["wave"].isin(list(lists))))
    known = rows.groupby("wave")["vacant"].count()
    found = {"premises"}
    few = indicators.get("vacancy_rate").min_n
    rated = [w for w in usable if w not in lists and known[w] >= few]
    if rated:
        found.add("survey_covered")
        if any(covered[w] < 100 for w in rated):
            found.add("survey_gaps")
    if len(waves) > 1:
        found.add("waves_two")
    if {"lon", "lat"} <= set(premises) and premises[["lon", "lat"]].notna().all(axis=1).any():
        found.add("survey_located")
    last = usable[-1] if usable else waves[-1]
    found |= _followed(told, [w for w in usable if w not in lists])
    seen = rows.assign(vacant=rows["vacant"].mask(open_only))
    found |= _vacant(premises, seen, next((w for w in reversed(usable) if lists.get(w) != 0), last))
    return found | _listed(premises, rows, last)


def _rows(premises: pd.DataFrame) -> pd.DataFrame:
    """Return one row a premises and wave: the last visit, unknown where one day disagrees."""
    frame = pd.DataFrame(
        {
            "premises_id": premises["premises_id"].astype("object"),
            "day": pd.to_datetime(premises["wave"]).dt.normalize(),
            "status": premises["status"].astype("object").fillna("unknown"),
            "at": np.arange(len(premises)),
        }
    ).dropna(subset=["premises_id", "day"])
    if frame.empty:
        return frame.assign(wave=[], vacant=[])
    frame["wave"] = _waves(frame)
    sizes = frame.groupby("wave")["premises_id"].nunique()
    stray = sizes.index[(sizes < STRAY_PREMISES) & (sizes < STRAY_SHARE * sizes.max())]
    frame = frame[~frame["wave"].isin(stray)]
    keys = ["premises_id", "wave"]
    frame = frame[frame["day"] == frame.groupby(keys)["day"].transform("max")]
    several = frame.groupby(keys)["status"].transform("nunique") > 1
    frame.loc[several, "status"] = "unknown"
    frame = frame.drop_duplicates(keys).copy()
    frame["vacant"] = frame["status"].map(VACANT).astype("float64")
    return frame


def _waves(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Give each row its wave: a new one begins after a long gap, or on premises mostly seen."""
    names = {pd.Timestamp(str(day)): set(part) for day, part in frame.groupby("day")["premises_id"]}
    numbers: dict[pd.Timestamp, int] = {}
    seen: set[str] = set()
    before: pd.Timestamp | None = None
    for day in sorted(names):
        far = before is None or (day - before).days > CAMPAIGN_DAYS
        if far or 2 * len(names[day] & seen) >= len(names[day]):
            numbers[day], seen = len(set(numbers.values())), set()
        else:
            numbers[day] = max(numbers.values())
        seen, before = seen | names[day], day
    return np.asarray(frame["day"].map(numbers), dtype=np.int64)


def _coverage(rows: pd.DataFrame, waves: list[int]) -> dict[int, float]:
    """Return the share (%) of expected premises whose status is known, by wave."""
    stock = rows[rows["status"] != "unavailable"]
    found: dict[int, float] = {}
    for wave in waves:
        now = rows[rows["wave"] == wave]
        here = stock[stock["wave"] == wave]
        before = rows[rows["wave"] < wave]
        missed = 0
        if len(before) and now["premises_id"].isin(before["premises_id"]).mean() >= 0.5:
            latest = before.sort_values("wave", kind="stable").groupby("premises_id").tail(1)
            after = rows.loc[rows["wave"] > wave, "premises_id"]
            due = (latest["wave"] == wave - 1) | latest["premises_id"].isin(after)
            absent = ~latest["premises_id"].isin(now["premises_id"])
            missed = int((absent & due & (latest["status"] != "unavailable")).sum())
        expected = len(here) + missed
        found[wave] = 100 * here["vacant"].notna().sum() / expected if expected else 0.0
    return found


def _lists(rows: pd.DataFrame) -> dict[int, float]:
    """Return the waves that list premises of one status only: 1 if all are vacant, 0 if none."""
    known = rows[rows["status"] != "unavailable"].groupby("wave")["vacant"]
    told = known.agg(["count", "mean"])
    return {
        int(wave): share
        for share, least in FEWEST_OF_ONE_STATUS.items()
        for wave in told.index[(told["mean"] == share) & (told["count"] >= least)]
    }


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    """Return vacancy by premises (rows) and wave (columns)."""
    table = rows.pivot_table(index="premises_id", columns="wave", values="vacant", aggfunc="first")
    return table.reindex(columns=sorted(rows["wave"].unique()))


def _followed(rows: pd.DataFrame, usable: list[int]) -> set[str]:
    """Return what premises seen at several waves give."""
    found, table = set(), _wide(rows)
    known = table.notna()
    if any((known[first] & known[then]).any() for first, then in pairwise(table.columns)):
        found.add("premises_twice")
    if len(usable) > 1:
        both = table[usable[0]].notna() & table[usable[-1]].notna()
        if int(both.sum()) >= indicators.get("vacancy_trend").min_n:
            found.add("waves_matched")
    seen = rows.sort_values(["premises_id", "wave"])
    seen = seen.dropna(subset=["vacant"])
    following = seen.groupby("premises_id")["vacant"].shift(-1)
    starts = seen.loc[following.notna(), "vacant"]
    occupied, vacant = int((starts == 0).sum()), int((starts == 1).sum())
    few = indicators.get("vacancy_entry").min_n
    if occupied >= few and vacant:
        found.add("moves_occupied")
    if vacant >= few and occupied:
        found.add("moves_vacant")
    seen["next"] = following
    seen["then"] = seen.groupby("premises_id")["vacant"].shift(-2)
    begun = seen[(seen["vacant"] == 0) & (seen["next"] == 1)]
    enough = len(begun) >= indicators.get("vacancy_spell").min_n
    if enough and bool(begun["then"].notna().any()):
        found.add("spells_followed")
    return found


def _vacant(premises: pd.DataFrame, rows: pd.DataFrame, last: int) -> set[str]:
    """Return what the premises vacant at the last wave give: enough of them, dated starts."""
    table = _wide(rows)
    now = table.index[table[last] == 1]
    if len(now) < indicators.get("vacancy_duration").min_n:
        return set()
    found = {"vacants_ten"}
    earlier = [wave for wave in sorted(rows["wave"].unique()) if wave < last]
    dated = (table.loc[now, earlier] == 0).any(axis=1)
    if "vacant_since" in premises:
        at = rows.loc[rows["wave"] == last].set_index("premises_id")["at"].reindex(now)
        since = pd.to_datetime(premises["vacant_since"].iloc[at.to_numpy(dtype=np.int64)])
        since.index = now
        before = rows[(rows["wave"] < last) & (rows["vacant"] == 1)].groupby("premises_id")["day"]
        seen = before.max().reindex(now)
        dated = dated | (since.notna() & ~(since > seen))
    if float(dated.mean()) > 0.5:
        found.add("vacancies_dated")
    return found


def _listed(premises: pd.DataFrame, rows: pd.DataFrame, last: int) -> set[str]:
    """Return what the occupied premises of the last usable wave give."""
    at = rows.loc[(rows["wave"] == last) & (rows["vacant"] == 0), "at"]
    shops = premises.iloc[at.to_numpy(dtype=np.int64)]
    if shops.empty:
        return set()

    def known(*names: str) -> int:
        if not set(names) <= set(shops.columns):
            return 0
        return int(shops[list(names)].notna().all(axis=1).sum())

    found = {"shops_listed"}
    if known("zone_id"):
        found.add("survey_zoned")
    if known("activity_family") >= indicators.get("offer_share").min_n:
        found.add("shops_ten")
    detail = [n for n in ("activity_code", "activity") if known(n) >= 0.8 * len(shops)]
    if known(detail[0] if detail else "activity_family") >= DIVERSITY_SHOPS:
        found.add("shops_fifty")
    if known("brand") and len(shops) >= indicators.get("chain_share").min_n:
        found.add("shops_branded")
    named = known("name", "lon", "lat") + known("brand", "lon", "lat")
    if named >= indicators.get("match_rate").min_n:
        found.add("survey_named")
    return found
