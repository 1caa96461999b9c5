"""Footfall: sensor health, baseline, effect of events, trends and profiles."""
