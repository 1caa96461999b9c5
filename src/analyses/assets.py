"""Where the notebooks and the report's theme are: in the clone, or inside the installed package."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from analyses.errors import CoeurvilleError
from analyses.figures import style

NOTEBOOKS = ("commerce", "crossings", "footfall", "parking", "readiness")
"""Notebooks of a city's run."""

FONTS = (
    "SourceSans3_400Regular.ttf",
    "SourceSans3_400Regular_Italic.ttf",
    "SourceSans3_600SemiBold.ttf",
)
"""Fonts of charts and PDF; without them other letters would be taken without a word."""

THEME = (
    "_quarto.yml", "theme/coeurville.lua", "theme/motif.svg", "theme/report.css",
    "theme/report.html", "theme/report.typ", "theme/fonts/coeurville-sans-400.woff2",
    "theme/fonts/coeurville-sans-400-italic.woff2", "theme/fonts/coeurville-sans-600.woff2",
    "theme/fonts/coeurville-sans-regular.ttf", "theme/fonts/coeurville-sans-bold.ttf",
    "theme/fonts/coeurville-sans-italic.ttf",
)  # fmt: skip
"""Files of the report's project."""


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


def missing() -> list[Path]:
    """Return the files of the installation that a run needs and that are not there.

    Raises
    ------
    CoeurvilleError
        If a whole folder is not there.
    """
    wanted = [style.fonts() / name for name in FONTS]
    wanted += [notebooks() / f"{name}.ipynb" for name in NOTEBOOKS]
    wanted += [reports() / name for name in THEME]
    return [path for path in wanted if not path.is_file()]


def check() -> None:
    """Do nothing if the installation is whole.

    Raises
    ------
    CoeurvilleError
        With every file that is missing: a run would go on without it and show something else.
    """
    gone = missing()
    if gone:
        raise CoeurvilleError(
            f"The installation lacks {', '.join(str(path) for path in gone)}. Restore it "
            "(`git checkout` in a clone), or install coeurville again."
        )


def _folder(name: str, mark: str) -> Path:
    code = package()
    for place in (code.parents[1] / name, code / "assets" / name):
        if any(place.glob(mark)):
            return place
    raise CoeurvilleError(
        f"The folder {name}/ is neither beside the package nor inside it. Install coeurville again."
    )
