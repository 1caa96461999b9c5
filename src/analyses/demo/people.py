"""Planted personal data: made-up owners and shopkeepers that must never reach an output."""

from __future__ import annotations

import numpy as np
import pandas as pd

OWNERS: tuple[str, ...] = (
    "Hortense Quincampoix-Test", "Aristide Brindavoine-Test", "Philibert Tournemolle-Test",
    "Ondine Carabistouille-Test", "SCI Les Trois Chouettes-Test", "Eudoxie Palefroy-Test",
    "Indivision Grattepanche-Test", "Gonzague Vertpuits-Test", "Zéphirin Malbrouque-Test",
)  # fmt: skip
KEEPERS: tuple[str, ...] = (
    "Apolline Rondecourt-Test", "Barthélémy Soufflenuit-Test", "Clémence Hurlebois-Test",
    "Désiré Tranchemontagne-Test", "Euphrasie Pommerolle-Test", "Firmin Bellavoine-Test",
    "Guénolé Pontchâteau-Test", "Honorine Cassegrain-Test", "Isidore Matefaim-Test",
    "Joséphine Trouvetout-Test", "Léopold Craquelin-Test",
)  # fmt: skip
COLUMNS = ("owner_name", "owner_contact", "shopkeeper_name", "shopkeeper_age", "shopkeeper_contact")


def personal(
    rng: np.random.Generator, premises: np.ndarray, occupied: np.ndarray, count: int
) -> pd.DataFrame:
    """Draw the personal columns of a survey; three premises in four have none.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    premises : array of int, shape (rows,)
        Premises of each row.
    occupied : array of bool, shape (rows,)
        Whether there is a shopkeeper.
    count : int
        Number of premises.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`COLUMNS`, text, empty where nothing is known. Telephone numbers belong to
        the ranges that Arcep keeps for fiction.
    """
    known = rng.random(count) < 0.25
    owner = rng.integers(0, len(OWNERS), count)
    keeper = rng.integers(0, len(KEEPERS), count)
    phone = rng.integers(0, 10_000, (count, 2))
    age = rng.integers(24, 70, count).astype(str)
    owners = np.array(OWNERS, dtype=object)[owner]
    keepers = np.array(KEEPERS, dtype=object)[keeper]
    phones = np.array([[f"02 61 91 {n // 100:02d} {n % 100:02d}" for n in pair] for pair in phone])
    has_owner = known[premises]
    has_keeper = has_owner & occupied
    columns = (
        np.where(has_owner, owners[premises], ""),
        np.where(has_owner, phones[premises, 0], ""),
        np.where(has_keeper, keepers[premises], ""),
        np.where(has_keeper, age[premises], ""),
        np.where(has_keeper, phones[premises, 1], ""),
    )
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
