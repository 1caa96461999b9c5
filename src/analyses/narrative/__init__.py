"""Sentences of the reports, computed from results: no figure is ever typed by hand."""
