"""Tables that analyses read: Table Schema descriptors and vectorised checking."""

from analyses.schemas.check import Checked, Note, Raw, check, repeated
from analyses.schemas.convert import Reading
from analyses.schemas.descriptor import Column, Schema, descriptor, fold, get, names

__all__ = [
    "Checked",
    "Column",
    "Note",
    "Raw",
    "Reading",
    "Schema",
    "check",
    "descriptor",
    "fold",
    "get",
    "names",
    "repeated",
]
