"""Benchmark of parking: exact occupancy at scale, the meter ladder, intervals on known truth."""
