"""How often the crossings find what is not there, and what is."""
