"""Runs killed at random moments: the last good run stays whole, the next one succeeds."""
