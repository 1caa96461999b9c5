"""Where the notebooks and the report's theme are: in the clone, or inside the installed package."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from analyses.errors import CoeurvilleError


def package() -> Path:
    """Return the folder of the package's code."""
    return Path(str(resources.files("analyses")))


def notebooks() -> Path:
    """Return the folder of the notebooks.

    Raises
    ------
    CoeurvilleError
        If the installation lacks it.
    """
    return _folder("notebooks", "*.ipynb")


def reports() -> Path:
    """Return the folder of the report's project: Quarto files and theme.

    Raises
    ------
    CoeurvilleError
        If the installation lacks it.
    """
    return _folder("reports", "_quarto.yml")


def _folder(name: str, mark: str) -> Path:
    code = package()
    for place in (code.parents[1] / name, code / "assets" / name):
        if any(place.glob(mark)):
            return place
    raise CoeurvilleError(
        f"The folder {name}/ is neither beside the package nor inside it. Install coeurville again."
    )
