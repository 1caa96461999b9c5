"""Comparison of cities: a gate, shrinkage, rank intervals, ties, peers.

Pure: it reads the tidy indicators of finished runs and recomputes nothing.
"""

from analyses.comparison.comparability import Aside, Gate, gate
from analyses.comparison.editions import evolution
from analyses.comparison.fingerprints import Fingerprint, fingerprint
from analyses.comparison.funnels import Funnel, funnel
from analyses.comparison.hierarchy import Posterior, posterior, settled
from analyses.comparison.leagues import League, league
from analyses.comparison.likeness import peers
from analyses.comparison.profiles import Profile
from analyses.comparison.programme import (
    Member,
    Programme,
    Standing,
    Synthesis,
    grouped,
    ledger,
    synthesis,
    waves,
)
from analyses.comparison.questions import QUESTIONS, Question
from analyses.comparison.ranks import Ranks, rank_intervals
from analyses.comparison.scales import Measures, measures
from analyses.comparison.ties import groups, told_apart

__all__ = [
    "QUESTIONS", "Aside", "Fingerprint", "Funnel", "Gate", "League", "Measures", "Member",
    "Posterior", "Profile", "Programme", "Question", "Ranks", "Standing", "Synthesis", "evolution",
    "fingerprint", "funnel", "gate", "grouped", "groups", "league", "ledger", "measures", "peers",
    "posterior", "rank_intervals", "settled", "synthesis", "told_apart", "waves",
]  # fmt: skip
