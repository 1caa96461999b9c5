"""Sessions of the project: `make` runs them in .venv, `nox -s NAME` in their own environment."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nox
from nox.virtualenv import PassthroughEnv

ROOT = Path(__file__).parent
LOCK = "requirements.lock"
CODE = ["src", "tests", "benchmarks", "noxfile.py"]

nox.options.sessions = ["lint", "types", "tests"]
nox.options.reuse_existing_virtualenvs = True


def _setup(session: nox.Session) -> None:
    """Install the locked packages and this one, unless the caller's environment has them."""
    if isinstance(session.virtualenv, PassthroughEnv):
        return
    session.install("--require-hashes", "--no-deps", "-r", LOCK)
    session.install("--no-deps", "--no-build-isolation", "--editable", ".")


def _run(session: nox.Session, *words: str) -> None:
    """Run a module with the Python of the session, or ours in the caller's environment."""
    ours = isinstance(session.virtualenv, PassthroughEnv)
    session.run(sys.executable if ours else "python", "-m", *words, external=ours)


@nox.session
def report(session: nox.Session) -> None:
    """Run a city (demo unless named) and write its report in HTML, PDF and DOCX."""
    _setup(session)
    cities = session.posargs or ["demo"]
    _run(session, "analyses", "run", *cities)


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style."""
    _setup(session)
    _run(session, "ruff", "check", *CODE)
    _run(session, "ruff", "format", "--check", *CODE)


@nox.session(name="format")
def format_(session: nox.Session) -> None:
    """Rewrite the code in our style."""
    _setup(session)
    _run(session, "ruff", "check", "--fix", *CODE)
    _run(session, "ruff", "format", *CODE)


@nox.session
def types(session: nox.Session) -> None:
    """Check the types."""
    _setup(session)
    _run(session, "mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests on every core, a file on one of them: ``nox -s tests -- -n 0`` for one core."""
    _setup(session)
    session.env["OPENBLAS_NUM_THREADS"] = "1"  # one thread a process: the processes share the cores
    spread = ("--numprocesses", "auto", "--maxprocesses", "8", "--dist", "loadfile")
    _run(session, "pytest", *spread, "--durations", "15", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Write docs/indicateurs.md from the code, and the French spaces of the other pages."""
    _setup(session)
    ours = isinstance(session.virtualenv, PassthroughEnv)
    session.run(sys.executable if ours else "python", "docs/ecrire.py", external=ours)


@nox.session
def bench(session: nox.Session) -> None:
    """Run the benchmarks named (all that are under benchmarks/ if none is).

    Options after the names go to each of them: ``nox -s bench -- event_impact --windows 2 --dry``.
    """
    _setup(session)
    folder = ROOT / "benchmarks"
    known = sorted(path.parent.name for path in folder.glob("*/__main__.py"))
    words = list(session.posargs)
    first = next((i for i, word in enumerate(words) if word.startswith("-")), len(words))
    names, options = words[:first] or known, words[first:]
    if unknown := [name for name in names if name not in known]:
        session.error(f"no benchmark {', '.join(unknown)}: choose among {', '.join(known)}")
    for name in names:
        rivals = folder / name / "requirements.txt"
        if rivals.exists():
            python = str(_rival_environment(session, name, rivals))
            session.run(python, "-m", f"benchmarks.{name}", *options, external=True)
        else:
            _run(session, f"benchmarks.{name}", *options)


def _rival_environment(session: nox.Session, name: str, requirements: Path) -> Path:
    """Make the environment that holds the rivals of one benchmark beside our own package."""
    home = ROOT / ".nox" / f"rivals-{name}"
    binary = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    stamp = home / ".ready"
    if not stamp.exists() or stamp.stat().st_mtime < requirements.stat().st_mtime:
        shutil.rmtree(home, ignore_errors=True)
        session.run(sys.executable, "-m", "venv", str(home), external=True)
        run = (str(binary), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        session.run(*run, "-c", str(_constraints(home)), "-r", str(requirements), external=True)
        session.run(*run, "-c", str(_constraints(home)), "--editable", ".", external=True)
        stamp.touch()
    return binary


def _constraints(home: Path) -> Path:
    """Write the locked versions without their hashes, as constraints for a rival environment."""
    path = home / "constraints.txt"
    lines = (ROOT / LOCK).read_text(encoding="utf-8").splitlines()
    pins = [line.rstrip(" \\") for line in lines if line[:1].isalnum() and "==" in line]
    path.write_text("\n".join(pins) + "\n", encoding="utf-8")
    return path


@nox.session
def lock(session: nox.Session) -> None:
    """Refresh the lock file from pyproject.toml (needs the network)."""
    _run(
        session, "uv", "pip", "compile", "pyproject.toml",
        "--extra", "test", "--extra", "examples", "--universal", "--python-version", "3.11",
        "--generate-hashes", "--no-emit-index-url", "--no-header", *session.posargs,
        "--output-file", LOCK,
    )  # fmt: skip
