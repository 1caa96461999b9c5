"""One thing that the doctor looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analyses.wording import Text

State = Literal["ok", "reserve", "fault"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at.

    Parameters
    ----------
    subject : Text
        What it is.
    state : str
        ``ok``, ``reserve`` (runs work, less well) or ``fault`` (runs cannot work).
    said : Text
        What was found.
    remedy : Text, optional
        What to do; given unless all is well.
    """

    subject: Text
    state: State
    said: Text
    remedy: Text | None = None


def ok(subject: Text, fr: str, en: str) -> Line:
    """Return a line that says that all is well."""
    return Line(subject, "ok", Text(fr, en))


def reserve(subject: Text, fr: str, en: str, remedy: Text) -> Line:
    """Return a line that says that runs work, less well."""
    return Line(subject, "reserve", Text(fr, en), remedy)


def fault(subject: Text, fr: str, en: str, remedy: Text) -> Line:
    """Return a line that says that runs cannot work."""
    return Line(subject, "fault", Text(fr, en), remedy)
