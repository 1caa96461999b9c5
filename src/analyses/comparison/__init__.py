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
from analyses.comparison.ranks import Ranks, rank_intervals
from analyses.comparison.scales import Measures, measures
from analyses.comparison.ties import groups, told_apart

__all__ = [
    "Aside", "Fingerprint", "Funnel", "Gate", "League", "Measures", "Posterior", "Profile", "Ranks",
    "evolution", "fingerprint", "funnel", "gate", "groups", "league", "measures", "peers",
    "posterior", "rank_intervals", "settled", "told_apart",
]  # fmt: skip
