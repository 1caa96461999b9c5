"""Reports: blocks of executed notebooks in; HTML, PDF, DOCX and PPTX out."""

from __future__ import annotations

from analyses.reports.assemble import Source, assemble, chapters_of
from analyses.reports.chapters import Chapter
from analyses.reports.engines import FORMATS, OUTPUTS, Engine, choose
from analyses.reports.engines import render as render_source
from analyses.reports.engines import report as render

__all__ = [
    "FORMATS",
    "OUTPUTS",
    "Chapter",
    "Engine",
    "Source",
    "assemble",
    "chapters_of",
    "choose",
    "render",
    "render_source",
]
