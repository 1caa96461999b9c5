"""Reading one commune out of a large SIRENE file."""
