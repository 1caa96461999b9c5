"""Number plates: replaced while reading by order numbers that cannot be traced back."""

from __future__ import annotations

import hashlib
import secrets

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


class Pseudonyms:
    """Order numbers of vehicles, the same for the same plate within one reading.

    A plate is kept neither as text nor as a bare hash: its digest is keyed with a salt drawn for
    this reading and lost with it, and what leaves is only the rank at which the vehicle first
    appeared. The same files read again give the same ranks, so results do not depend on the salt.
    """

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._ranks: dict[bytes, int] = {}

    def codes(self, plates: pa.ChunkedArray) -> pd.Series:
        """Return the order number of each plate (``Int64``, missing where there is no plate).

        Parameters
        ----------
        plates : pyarrow.ChunkedArray
            Plates in any writing; case, spaces and dashes do not count.
        """
        plain = pc.replace_substring_regex(
            pc.utf8_upper(pc.cast(plates, pa.string())), r"[^0-9A-Z]", ""
        )
        encoded = pc.dictionary_encode(plain)
        whole = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
        if isinstance(whole, pa.ChunkedArray):
            whole = whole.chunk(0)
        ranks = np.array([self._rank(text) for text in whole.dictionary.to_pylist()] + [-1])
        codes = pc.fill_null(whole.indices, len(ranks) - 1).to_numpy(zero_copy_only=False)
        found = pd.Series(ranks[codes.astype(np.int64)], dtype="Int64")
        return found.mask(found < 0)

    def _rank(self, plate: str) -> int:
        if not plate:
            return -1
        digest = hashlib.blake2b(plate.encode(), key=self._salt, digest_size=16).digest()
        return self._ranks.setdefault(digest, len(self._ranks) + 1)
