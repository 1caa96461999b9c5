"""Event impact on real counts: our method beside its rivals, on the same windows."""
