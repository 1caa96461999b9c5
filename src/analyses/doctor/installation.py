"""The installation: Python, packages, files that ship with us, and the tools that they bring."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pypandoc
import typst
from matplotlib import font_manager

from analyses import assets
from analyses.doctor.line import Line, fault, ok, reserve
from analyses.errors import CoeurvilleError
from analyses.figures import style
from analyses.reports import engines, quarto
from analyses.runs import forks, verify
from analyses.wording import Text, listing, number

LOCK = "requirements.lock"
INSTALL = f"pip install --require-hashes -r {LOCK}"
RESTORE = Text(
    "Restaurer le clone (git checkout) ou réinstaller coeurville",
    "Restore the clone (git checkout) or install coeurville again",
)


def examine() -> Iterator[Line]:
    """Yield what is found of the installation."""
    yield python()
    yield packages()
    yield locked(assets.package().parents[1] / LOCK)
    yield files()
    yield fonts()
    yield process()
    yield pandoc()
    yield pdf()
    yield engine()
    yield from optional()


def python() -> Line:
    """Compare this Python with the one that is needed."""
    subject, version = Text("Python", "Python"), sys.version.split()[0]
    wanted = str(importlib.metadata.metadata("coeurville")["Requires-Python"])
    least = _numbers(wanted)
    fr, en = f"{version} (il faut {wanted})", f"{version} ({wanted} is needed)"
    if sys.version_info[: len(least)] >= least:
        return ok(subject, fr, en)
    return fault(subject, fr, en, Text("Installer un Python plus récent", "Install a newer Python"))


def packages() -> Line:
    """Compare what is installed with what coeurville requires."""
    subject, wrong, count = Text("Paquets", "Packages"), [], 0
    for item in importlib.metadata.requires("coeurville") or ():
        if "extra ==" in item:
            continue
        count += 1
        name = re.split(r"[<>=!~;\[ ]", item, maxsplit=1)[0]
        least = re.search(r">=\s*([\d.]+)", item)
        version = _version(name)
        if version is None:
            wrong.append(f"{name} (absent)")
        elif least and _numbers(version) < _numbers(least[1]):
            wrong.append(f"{name} {version} (>= {least[1]})")
    if not wrong:
        return ok(subject, f"{count} requis, présents", f"{count} required, present")
    return fault(subject, listing(wrong), listing(wrong, "en"), Text(INSTALL, INSTALL))


def locked(path: Path) -> Line:
    """Compare what is installed with the versions of the lock, where the clone has one."""
    subject = Text("Versions figées", "Locked versions")
    if not path.is_file():
        remedy = Text(
            "Partir d'un clone pour des octets reproductibles",
            "Take a clone for reproducible bytes",
        )
        return reserve(subject, f"pas de {LOCK} ici", f"no {LOCK} here", remedy)
    found = verify.pinned(path)
    other = [f"{name} {installed}" for name, wanted, installed in found if installed != wanted]
    if not other:
        return ok(subject, f"{len(found)} paquets, ceux de {LOCK}", f"{len(found)} as in {LOCK}")
    shown = ", ".join(other[:6] + (["…"] if len(other) > 6 else []))
    remedy = Text(
        f"{INSTALL} : les octets d'un rapport dépendent des versions",
        f"{INSTALL}: a report's bytes depend on versions",
    )
    return reserve(
        subject, f"{len(other)} diffèrent : {shown}", f"{len(other)} differ: {shown}", remedy
    )


def files() -> Line:
    """Look for the notebooks, the fonts and the theme."""
    subject = Text("Carnets et maquette", "Notebooks and theme")
    try:
        gone = ", ".join(str(path) for path in assets.missing())
    except CoeurvilleError as error:
        gone = str(error)
    if gone:
        return fault(subject, f"manquent : {gone}", f"missing: {gone}", RESTORE)
    count = len(assets.NOTEBOOKS)
    return ok(subject, f"complets, {count} carnets", f"whole, {count} notebooks")


def fonts() -> Line:
    """Read the fonts of charts and PDF."""
    subject, named = Text("Polices", "Fonts"), set()
    for path in sorted(style.fonts().glob("*.ttf")):
        try:
            named.add(font_manager.get_font(str(path)).family_name)
        except (RuntimeError, OSError):
            named.add(f"{path.name} ?")
    if named == {style.FONT}:
        return ok(subject, f"{style.FONT}, livrée avec nous", f"{style.FONT}, which ships with us")
    shown = ", ".join(sorted(named)) or "–"
    return fault(
        subject, f"{style.FONT} ne se lit pas ({shown})", f"{style.FONT}: no ({shown})", RESTORE
    )


def process() -> Line:
    """Say how notebooks are run, and try it."""
    subject = Text("Exécution des carnets", "Running notebooks")
    if not forks.available():
        asked = os.environ.get("COEURVILLE_KERNELS") == "plain"
        fr = "COEURVILLE_KERNELS=plain le demande" if asked else "ce système n'est pas Linux"
        en = "COEURVILLE_KERNELS=plain asks for it" if asked else "this system is not Linux"
        remedy = Text("Rien à faire : même résultat, plus lentement",
                      "Nothing to do: the same results, more slowly")  # fmt: skip
        said = f"un noyau Jupyter par carnet, car {fr}", f"a Jupyter kernel each, since {en}"
        return reserve(subject, *said, remedy)
    begun = time.monotonic()
    try:
        forks.call(os.getpid)
    except (CoeurvilleError, OSError, EOFError) as error:
        remedy = Text("Poser COEURVILLE_KERNELS=plain", "Set COEURVILLE_KERNELS=plain")
        return fault(subject, f"rien ne démarre ({error})", f"nothing starts ({error})", remedy)
    took = time.monotonic() - begun
    return ok(
        subject,
        f"processus dupliqués, prêts en {number(took, 'fr', 1)} s",
        f"forked processes, ready in {number(took, 'en', 1)} s",
    )


def pandoc() -> Line:
    """Ask pandoc its version."""
    subject, remedy = Text("pandoc", "pandoc"), "pip install pypandoc_binary"
    try:
        version = str(pypandoc.get_pandoc_version())
    except OSError as error:
        return fault(subject, f"absent ({error})", f"absent ({error})", Text(remedy, remedy))
    return ok(subject, version, version)


def pdf() -> Line:
    """Write a PDF of one word with the report's font and standard."""
    subject, version = Text("Typst (PDF)", "Typst (PDF)"), importlib.metadata.version("typst")
    source = f'#set document(title: "x")\n#set text(font: "{style.FONT}", lang: "fr")\nÉté'
    try:
        made = typst.compile(  # type: ignore[call-overload]  # its stubs want paths as bytes too
            source.encode(),
            font_paths=[str(style.fonts())],
            ignore_system_fonts=True,
            pdf_standards="ua-1",
        )
    except (RuntimeError, ValueError, OSError) as error:
        fr, en = f"{version} n'écrit pas ({error})", f"{version} writes nothing ({error})"
        return fault(subject, fr, en, RESTORE)
    size = number(len(made or b"") / 1000)
    return ok(subject, f"{version}, PDF/UA écrit ({size} ko)", f"{version}, writes PDF/UA")


def engine() -> Line:
    """Say which engine `run` would render with."""
    subject = Text("Moteur du rapport", "Report engine")
    if engines.choose("auto") == "embedded":
        return ok(subject, "intégré (Quarto absent, facultatif)", "embedded (Quarto is optional)")
    try:
        name = quarto.describe()
    except (CoeurvilleError, OSError) as error:
        remedy = Text("Lancer avec --engine embedded", "Use --engine embedded")
        return reserve(subject, f"Quarto : {error}", f"Quarto: {error}", remedy)
    return ok(subject, name, name)


def optional() -> Iterator[Line]:
    """Yield what only some commands or the tests use."""
    version = _version("distributed")
    yield ok(
        Text("Grappe Dask (--cluster)", "Dask cluster (--cluster)"),
        version or "absente, facultative",
        version or "absent, optional",
    )
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    yield ok(
        Text("Chromium (tests)", "Chromium (tests)"),
        browser or "absent, facultatif",
        browser or "absent, optional",
    )


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a version starts with."""
    found = re.search(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()
