"""Open data of a finished run: a Frictionless data package, from the public edition only."""

from analyses.publish.package import publish

__all__ = ["publish"]
