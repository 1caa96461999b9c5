"""Errors that a user can act on: what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in an input.

    Parameters
    ----------
    file : str
        File as the user knows it (relative to the city's folder where possible).
    problem : str
        What is wrong, in one sentence without a final full stop.
    remedy : str
        What the user can do about it, in one sentence without a final full stop.
    row : int, optional
        Line of the file, as a spreadsheet shows it (the header is line 1).
    column : str, optional
        Column or key as it is named in the file.
    value : str, optional
        Offending value as written in the file.
    """

    file: str
    problem: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        """Return the fault on one line."""
        where = self.file
        if self.row is not None:
            where += f", line {self.row}"
        if self.column is not None:
            named = "key" if self.file.endswith((".yml", ".yaml")) else "column"
            where += f", {named} {self.column}"
        if self.value is not None:
            where += f", value {_short(self.value)}"
        return f"{where}: {self.problem}. {self.remedy}."


class CoeurvilleError(Exception):
    """Root of every error shown to a user without a traceback."""

    exit_code = 1


class InputError(CoeurvilleError):
    """The data or the configuration is wrong; carries every fault found.

    Parameters
    ----------
    faults : iterable of Fault
        All the faults, never only the first.
    """

    exit_code = 2

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        if not self.faults:
            raise ValueError("an InputError needs at least one fault")
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        """Return what makes the error again in another process."""
        return type(self), (self.faults,)


class RunError(CoeurvilleError):
    """A notebook failed, did not finish, or broke the contract of its results."""

    exit_code = 3


class RenderError(CoeurvilleError):
    """A report could not be rendered; the message says which engine and why."""

    exit_code = 4


def raise_if_any(faults: Iterable[Fault]) -> None:
    """Raise one :class:`InputError` with all ``faults``, or do nothing if there are none.

    Raises
    ------
    InputError
        If ``faults`` is not empty.
    """
    found = tuple(faults)
    if found:
        raise InputError(found)


def _short(value: str, limit: int = 80) -> str:
    """Quote a value for a message, cut when too long and with control characters shown."""
    shown = value if len(value) <= limit else value[: limit - 1] + "…"
    return repr(shown)
