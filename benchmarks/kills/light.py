"""What the forks of :mod:`benchmarks.kills.small` find imported: less than those of a real run."""

import papermill

from analyses.runs import cells, execute

__all__ = ["cells", "execute", "papermill"]
