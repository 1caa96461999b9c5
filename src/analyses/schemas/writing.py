"""How the dates of a column are written, and what a reader must be told of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyses.wording import Text

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Writing:
    """What the dates of a column, or of some of its rows, tell of how they are written.

    Parameters
    ----------
    either : bool
        Some date in figures reads either way: its day and its month differ and both may be a
        month, and no order of them is declared.
    proven : bool
        Some date has one order only: its day is over 12.
    years : (int, int), optional
        First and last year read from two digits, None where no year is written so.
    """

    either: bool = False
    proven: bool = False
    years: tuple[int, int] | None = None

    def __or__(self, other: Writing) -> Writing:
        """Return what two parts of a file tell together."""
        years = span((*(self.years or ()), *(other.years or ())))
        return Writing(self.either or other.either, self.proven or other.proven, years)

    @property
    def unproven(self) -> bool:
        """Whether day and month were told apart by the French convention alone."""
        return self.either and not self.proven

    def texts(self, of: Text) -> list[Text]:
        """Return the sentences that a reader must be told.

        Parameters
        ----------
        of : Text
            What the dates belong to: « de comptages.csv », "of comptages.csv".
        """
        told = [_order(of)] if self.unproven else []
        return told if self.years is None else [*told, _years(of, *self.years)]


SILENT = Writing()
"""What a column without dates in figures tells."""


def either(day: int, month: int) -> bool:
    """Whether a date in figures reads either way; 05/05 is the same day in both."""
    return day != month and day <= _MONTHS and month <= _MONTHS


def span(years: Iterable[int]) -> tuple[int, int] | None:
    """Return the first and the last of some years, zeros left out; None if there is none."""
    known = [year for year in years if year]
    return (min(known), max(known)) if known else None


def _years(of: Text, first: int, last: int) -> Text:
    one = first == last
    fr = f"comme {first}" if one else f"de {first} à {last}"
    en = f"as {first}" if one else f"from {first} to {last}"
    return Text(
        f"Les années à deux chiffres des dates {of.fr} ont été lues {fr} ; si ce n'est pas le bon "
        "siècle, écrivez-les avec quatre chiffres.",
        f"The two-digit years of the dates {of.en} were read {en}; write them with four digits if "
        "that is not the right century.",
    )


def _order(of: Text) -> Text:
    return Text(
        f"Les dates {of.fr} ont été lues comme jour/mois/année, sans qu'aucune ne le prouve ; "
        "l'option date_order (dmy ou mdy) le déclare.",
        f"The dates {of.en} were read as day/month/year, though none of them proves it; the "
        "option date_order (dmy or mdy) declares it.",
    )
