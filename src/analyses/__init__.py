"""coeurville: from a French mid-size city's data to analyses and reports one would sign."""
