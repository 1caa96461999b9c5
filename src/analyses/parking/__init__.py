"""Parking: stays, occupancy, meters, garages and infractions (pure: frames in, results out)."""
