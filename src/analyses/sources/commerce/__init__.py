"""Premises as surveyed, and shops as OpenStreetMap has them."""
