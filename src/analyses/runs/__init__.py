"""Runs: notebooks executed by Papermill, a manifest, one atomic publication."""

from analyses.runs.editions import BOTH
from analyses.runs.manifest import Manifest
from analyses.runs.run import Render, Request, rerender, run, stamps

__all__ = ["BOTH", "Manifest", "Render", "Request", "rerender", "run", "stamps"]
