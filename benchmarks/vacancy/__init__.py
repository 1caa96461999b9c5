"""Coverage of the intervals of the commerce statistics, on cities whose truth is planted."""
