"""Folder of a new city: a commented ``city.yml``, templates of every table, filled examples."""

from analyses.templates.newcity import create, files

__all__ = ["create", "files"]
