"""The SIRENE register: a city's own files, and one pass over the national ones for many cities."""
