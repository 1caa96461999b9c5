"""One pass over a synthetic national SIRENE for the communes of the whole programme."""
