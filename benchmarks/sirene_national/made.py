"""A synthetic national stock and history in the official layouts, as Parquet, from a seed.

Establishments follow one another by SIREN, so that a commune's rows are scattered over the whole
file, as in the register. Types are those of the official Parquet files: text, ``date``,
``timestamp`` and ``boolean``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analyses.demo.layouts import HISTORY, STOCK

COMMUNES = 35_000
TOWNS = 244
SHARE = 0.113
"""Share of the country's inhabitants in the programme's communes (7.68 of 67.8 million)."""
BLOCK = 250_000
EXTRACT = np.datetime64("2024-06-01")
PERIODS = (0.35, 0.40, 0.15, 0.10)
"""Share of establishments with one, two, three and four periods: two on average."""
SHOPS = 0.12

_SHOP_CODES = ("47.71Z", "47.11B", "47.24Z", "56.10A", "56.30Z", "96.02A", "96.02B", "47.91B")
_OTHER_CODES = ("68.20A", "70.22Z", "86.90E", "81.10Z", "43.39Z", "94.99Z", "01.11Z", "62.02A")
_OLDER = ("52.4C", "55.3A", "93.0D", "70.2A", "74.1G", "85.1G", "70.3C", "45.4J")
_CODES = (*_SHOP_CODES, *_OTHER_CODES, *_OLDER)
_KINDS = ("NAFRev2", "NAFRev1", "NAF1993")
_BRANDS = ("AU BON MARCHE", "L'ATELIER", "CHEZ MARIE", "LA HALLE", "[ND]")
_STREETS = ("VICTOR HUGO", "DE LA REPUBLIQUE", "PASTEUR", "DES HALLES", "DE L EGLISE", "[ND]")

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


def communes(seed: int) -> tuple[list[str], np.ndarray]:
    """Return the codes of the communes and their weights; the first 244 are the programme's."""
    rng = np.random.default_rng(seed)
    towns = rng.lognormal(0, 0.7, TOWNS)
    others = 1 / np.arange(1, COMMUNES - TOWNS + 1)
    weights = np.concatenate([SHARE * towns / towns.sum(), (1 - SHARE) * others / others.sum()])
    codes = [f"{number:05d}" for number in rng.permutation(np.arange(1_001, 1_001 + COMMUNES))]
    return codes, weights


def write(folder: Path, rows: int, seed: int) -> dict[str, int]:
    """Write ``stock.parquet`` (``rows`` establishments), ``history.parquet`` and ``communes.csv``.

    Returns
    -------
    dict
        ``stock``, ``history``: rows written; ``towns``: establishments of the 244 communes.
    """
    codes, weights = communes(seed)
    pd.DataFrame({"insee_com": codes[:TOWNS]}).to_csv(folder / "communes.csv", index=False)
    rng = np.random.default_rng(seed + 1)
    counts = {"stock": 0, "history": 0, "towns": 0}
    heads = _schema(STOCK), _schema(HISTORY)
    with (
        pq.ParquetWriter(folder / "stock.parquet", heads[0]) as stock,
        pq.ParquetWriter(folder / "history.parquet", heads[1]) as history,
    ):
        for start in range(0, rows, BLOCK):
            size = min(BLOCK, rows - start)
            place = rng.choice(len(codes), size=size, p=weights)
            one, many = _block(rng, start, place, pa.array(codes))
            stock.write_table(_shaped(one, size, heads[0]), row_group_size=BLOCK)
            length = len(many["siret"])
            history.write_table(_shaped(many, length, heads[1]), row_group_size=2 * BLOCK)
            counts["stock"] += size
            counts["history"] += length
            counts["towns"] += int((place < TOWNS).sum())
    return counts


def _schema(names: tuple[str, ...]) -> pa.Schema:
    def kind(name: str) -> pa.DataType:
        if name == "dateDernierTraitementEtablissement":
            return pa.timestamp("us")
        if name.startswith("date"):
            return pa.date32()
        if name == "etablissementSiege" or name.startswith("changement"):
            return pa.bool_()
        return pa.string()

    return pa.schema([(name, kind(name)) for name in names])


def _shaped(columns: dict[str, pa.Array], size: int, schema: pa.Schema) -> pa.Table:
    return pa.table(
        [
            columns[field.name].cast(field.type)
            if field.name in columns
            else pa.nulls(size, field.type)
            for field in schema
        ],
        schema=schema,
    )


def _block(
    rng: np.random.Generator, start: int, place: Ints, codes: pa.Array
) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    size = len(place)
    number = 10_000_000_000_000 + (np.arange(start, start + size) * 1_700_013)
    periods = rng.choice(4, size=size, p=PERIODS) + 1
    created = rng.integers(3_000, 19_800, size=size)
    shop = rng.random(size) < SHOPS
    activity = np.where(shop, rng.integers(8, size=size), rng.integers(8, 16, size=size))
    partial = rng.random(size) < 0.15
    owner = np.repeat(np.arange(size), periods)
    first = np.concatenate([[0], np.cumsum(periods)[:-1]])
    rank = np.arange(len(owner)) - first[owner]
    begin = created[owner] + rank * rng.integers(60, 2_500, size=size)[owner]
    closed = (rank > 0) & (rng.random(len(owner)) < 0.6)
    last = rank == periods[owner] - 1
    unknown = (rank == 0) & (rng.random(len(owner)) < 0.006)
    older = (begin < 13_879) & (rng.random(len(owner)) < 0.8)  # NAF rev. 2: 1 January 2008
    code = np.where(older, 16 + activity[owner] % 8, activity[owner])
    kind = np.where(~older, 0, np.where(begin < 12_053, 2, 1))
    end = np.where(last, 0, np.roll(begin, -1) - 1)
    order = np.lexsort((-rank, owner))  # the latest period of each comes first
    siret = pa.array(number).cast(pa.string())
    brand = _picked(np.where(partial, 4, rng.integers(4, size=size)), _BRANDS, rng)
    owner_at, at = owner[order], pa.array(owner[order])
    many = {
        "siren": pc.utf8_slice_codeunits(siret, 0, 9).take(at),
        "nic": pc.utf8_slice_codeunits(siret, 9, 14).take(at),
        "siret": siret.take(at),
        "dateFin": _days(end[order], last[order]),
        "dateDebut": _days(begin[order], unknown[order]),
        "etatAdministratifEtablissement": _from(("A", "F"), closed[order].astype(int)),
        "changementEtatAdministratifEtablissement": pa.array(rng.random(len(owner)) < 0.4),
        "enseigne1Etablissement": brand.take(at),
        "activitePrincipaleEtablissement": _from(_CODES, code[order]),
        "nomenclatureActivitePrincipaleEtablissement": _from(_KINDS, kind[order]),
        "caractereEmployeurEtablissement": _from(("N", "O"), owner_at % 2),
    }
    now = np.flatnonzero(last)
    one = _stock(rng, siret, place, codes, created, partial) | {
        "dateDebut": _days(begin[now], unknown[now]),
        "etatAdministratifEtablissement": _from(("A", "F"), closed[now].astype(int)),
        "enseigne1Etablissement": brand,
        "activitePrincipaleEtablissement": _from(_CODES, code[now]),
        "nomenclatureActivitePrincipaleEtablissement": _from(_KINDS, kind[now]),
    }
    return one, many


def _stock(
    rng: np.random.Generator, siret: pa.Array, place: Ints, codes: pa.Array, created: Ints,
    partial: np.ndarray,
) -> dict[str, pa.Array]:  # fmt: skip
    size = len(place)
    treated = EXTRACT.astype("datetime64[us]") - rng.integers(1, 10**9, size=size) * 10_000
    here = codes.take(pa.array(place))
    street = np.where(partial, 5, rng.integers(5, size=size))
    return {
        "siren": pc.utf8_slice_codeunits(siret, 0, 9),
        "nic": pc.utf8_slice_codeunits(siret, 9, 14),
        "siret": siret,
        "statutDiffusionEtablissement": _from(("O", "P"), partial.astype(int)),
        "dateCreationEtablissement": _days(created, np.zeros(size, bool)),
        "trancheEffectifsEtablissement": _from(("NN", "00", "01"), rng.integers(3, size=size)),
        "anneeEffectifsEtablissement": _from(("2022",), np.zeros(size, int)),
        "dateDernierTraitementEtablissement": pa.array(treated),
        "etablissementSiege": pa.array(rng.random(size) < 0.7),
        "nombrePeriodesEtablissement": _from(("1", "2", "3"), rng.integers(3, size=size)),
        "numeroVoieEtablissement": pa.array(rng.integers(1, 300, size=size)),
        "typeVoieEtablissement": _from(("RUE", "AV", "BD", "PL"), rng.integers(4, size=size)),
        "libelleVoieEtablissement": _from(_STREETS, street),
        "codePostalEtablissement": here,
        "libelleCommuneEtablissement": _from(("SAINT-MARTIN",), np.zeros(size, int)),
        "codeCommuneEtablissement": here,
        "caractereEmployeurEtablissement": _from(("N", "O"), rng.integers(2, size=size)),
    }


def _from(values: tuple[str, ...], index: Ints) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(index))


def _picked(index: Ints, values: tuple[str, ...], rng: np.random.Generator) -> pa.Array:
    shown = rng.random(len(index)) < 0.35
    return pc.if_else(pa.array(shown), _from(values, index), pa.scalar(None, pa.string()))


def _days(values: Ints, missing: np.ndarray) -> pa.Array:
    return pa.array(values.astype(np.int32), pa.int32(), mask=missing).cast(pa.date32())
