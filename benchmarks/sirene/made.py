"""A synthetic StockEtablissement of any size, in the official layout, from a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from analyses.demo.layouts import STOCK as COLUMNS

COMMUNE = "79191"
COMMUNES = 35_000
BLOCK = 100_000

_CODES = ("47.71Z", "56.10A", "96.02A", "68.20A", "47.91B", "70.22Z", "52.4C", "74.1J", "93.0D")
_KINDS = ("NAFRev2", "NAFRev2", "NAFRev2", "NAFRev2", "NAFRev2", "NAFRev2", "NAFRev1", "NAF1993",
          "NAF1993")  # fmt: skip
_WORDS = (
    "VICTOR HUGO",
    "DE LA REPUBLIQUE",
    "DU GENERAL DE GAULLE",
    "PASTEUR",
    "DES HALLES",
    "DE L EGLISE",
)


def write(path: Path, rows: int, seed: int) -> int:
    """Write the file; return how many rows are in :data:`COMMUNE`.

    The share of a commune in the rows falls as the inverse of its rank, as populations do.
    """
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, COMMUNES + 1)
    weights /= weights.sum()
    codes = [f"{number:05d}" for number in range(1, COMMUNES + 1)]
    codes[50] = COMMUNE  # the 51st commune of the country, as a town of 60,000 is
    kept = 0
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    options = pacsv.WriteOptions(quoting_style="none")
    with pacsv.CSVWriter(path, schema, write_options=options) as writer:
        for start in range(0, rows, BLOCK):
            count = min(BLOCK, rows - start)
            table, here = _block(rng, start, count, weights, pa.array(codes))
            writer.write_table(table.cast(schema))
            kept += here
    return kept


def _block(
    rng: np.random.Generator, start: int, count: int, weights: np.ndarray, codes: pa.Array
) -> tuple[pa.Table, int]:
    place = rng.choice(len(weights), size=count, p=weights)
    kind = rng.integers(len(_CODES), size=count)
    begin = rng.integers(7_000, 20_000, size=count).astype("datetime64[D]")
    made = begin - rng.integers(0, 4_000, size=count)
    siret = pa.array(np.char.zfill((np.arange(start, start + count) * 10_007).astype(str), 14))
    columns: dict[str, pa.Array] = dict.fromkeys(COLUMNS, pa.nulls(count, pa.string()))
    columns |= {
        "siren": pa.compute.utf8_slice_codeunits(siret, 0, 9),
        "nic": pa.compute.utf8_slice_codeunits(siret, 9, 14),
        "siret": siret,
        "statutDiffusionEtablissement": _pick(rng, ("O", "O", "O", "P"), count),
        "dateCreationEtablissement": pa.array(made).cast(pa.string()),
        "trancheEffectifsEtablissement": _pick(rng, ("NN", "00", "01", None), count),
        "anneeEffectifsEtablissement": _pick(rng, ("2022", None), count),
        "dateDernierTraitementEtablissement": _pick(rng, ("2024-03-14T09:12:33",), count),
        "etablissementSiege": _pick(rng, ("true", "false"), count),
        "nombrePeriodesEtablissement": _pick(rng, ("1", "2", "3", "4"), count),
        "numeroVoieEtablissement": pa.array(rng.integers(1, 300, size=count)).cast(pa.string()),
        "typeVoieEtablissement": _pick(rng, ("RUE", "AV", "BD", "PL"), count),
        "libelleVoieEtablissement": _pick(rng, _WORDS, count),
        "codePostalEtablissement": codes.take(pa.array(place)),
        "libelleCommuneEtablissement": _pick(rng, ("SAINT-MARTIN", "VILLENEUVE"), count),
        "codeCommuneEtablissement": codes.take(pa.array(place)),
        "dateDebut": pa.array(begin).cast(pa.string()),
        "etatAdministratifEtablissement": _pick(rng, ("A", "F"), count),
        "enseigne1Etablissement": _pick(rng, (None, None, "AU BON MARCHE", "L'ATELIER"), count),
        "activitePrincipaleEtablissement": pa.array(_CODES).take(pa.array(kind)),
        "nomenclatureActivitePrincipaleEtablissement": pa.array(_KINDS).take(pa.array(kind)),
        "caractereEmployeurEtablissement": _pick(rng, ("N", "O"), count),
    }
    return pa.table(columns), int((place == 50).sum())


def _pick(rng: np.random.Generator, values: tuple[str | None, ...], count: int) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(rng.integers(len(values), size=count)))
