"""Benchmark of parking: exact occupancy at scale, the meter ladder, intervals on known truth."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads only get in the way
