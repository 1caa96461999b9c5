"""Statistical confidentiality: what the public edition hides, and the proof that it is enough.

``protect(results)`` decides what is hidden; ``Protection.of(result)`` gives a result as the public
edition shows it. Pure: results in, results out.
"""

from analyses.privacy.protect import NOTHING, Protection, hide, key_of, leaks, protect, roomy
from analyses.privacy.revisions import Shown, between, shown, tellable
from analyses.privacy.rules import HIDDEN, Rules, dominated

__all__ = [
    "HIDDEN",
    "NOTHING",
    "Protection",
    "Rules",
    "Shown",
    "between",
    "dominated",
    "hide",
    "key_of",
    "leaks",
    "protect",
    "roomy",
    "shown",
    "tellable",
]
