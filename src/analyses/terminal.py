"""What every command shares on the screen: progress, faults, an end without traceback."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from analyses import commands
from analyses.errors import CoeurvilleError, InputError

out = Console()
err = Console(stderr=True)

CitiesDir = Annotated[
    Path, typer.Option("--cities", metavar="DIR", help="Folder that holds one folder per city.")
]
OutDir = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Folder that receives the results.")
]
EngineOption = Annotated[
    Literal["auto", "embedded", "quarto"],
    typer.Option("--engine", help="What renders the report; auto takes Quarto where it is."),
]
ReportLanguage = Annotated[
    Literal["fr", "en"], typer.Option("--language", help="Language of the report.")
]
PrintedLanguage = Annotated[
    Literal["fr", "en"], typer.Option("--language", help="Language of what is printed.")
]
CITIES, OUT = Path("cities"), Path("output")
"""Folders taken unless the user names others."""


class Interrupted(BaseException):
    """The user (Ctrl-C) or the system (SIGTERM) asked to stop; no library takes it for its own."""


def guarded(app: Callable[[], None]) -> None:
    """Call the command line; never show a traceback to a user.

    Exit codes: 0 done, 1 refused, 2 wrong input or usage, 3 a notebook failed, 4 a report could
    not be rendered, 70 a fault of ours, 130 stopped.
    """
    try:
        with _signals():
            app()
    except CoeurvilleError as error:
        sys.exit(say(error))
    except (Interrupted, KeyboardInterrupt):
        err.print("Stopped. What was under way is not published; the last good runs are kept.")
        sys.exit(130)
    except OSError as error:
        known = commands.disk_error(error)
        sys.exit(unexpected() if known is None else say(known))
    except Exception:  # noqa: BLE001 - the last resort: the traceback goes to a file, not away
        sys.exit(unexpected())


def each(ids: list[str], work: commands.Work, *, steps: int, threads: int | None = None) -> None:
    """Do the work for the cities, several at once; one city's failure leaves the others."""
    code = 0
    with bar() as shown, commands.pool(threads) as pool:
        try:
            done = {city_id: pool.submit(one, shown, city_id, work, steps) for city_id in ids}
            for city_id, future in done.items():
                code = max(code, _ended(city_id, future.result))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    raise typer.Exit(code)


def _ended(city_id: str, result: Callable[[], list[str]]) -> int:
    """Say how a city's work ended; return its exit code."""
    try:
        lines = result()
    except CoeurvilleError as error:
        return say(error, city_id)
    except OSError as error:
        known = commands.disk_error(error)
        return unexpected(city_id) if known is None else say(known, city_id)
    except Exception:  # noqa: BLE001 - told in full in a file; the other cities go on
        return unexpected(city_id)
    for line in lines:
        out.print(escape(line), highlight=False, soft_wrap=True)
    return 0


def bar() -> Progress:
    """Return the bars of progress, one a city, which vanish at the end."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.fields[city]}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
    )
    return Progress(*columns, console=err, transient=True)


def one(shown: Progress, city_id: str, work: commands.Work, steps: int) -> list[str]:
    """Do the work for one city under its bar."""
    task = shown.add_task("reading", total=steps, city=city_id)

    def step(what: str) -> None:
        shown.update(task, advance=1, description=what)

    try:
        return work(city_id, step)
    finally:
        shown.remove_task(task)


def say(error: CoeurvilleError, city_id: str = "") -> int:
    """Show an error with all its faults; return its exit code."""
    head = f"{city_id}: " if city_id else ""
    if isinstance(error, InputError):
        count = len(error.faults)
        err.print(f"[bold red]{escape(head)}{count} fault{'s' * (count > 1)} found[/]")
        for fault in error.faults:
            err.print(f"- {escape(str(fault))}", highlight=False, soft_wrap=True)
    else:
        err.print(
            f"[bold red]{escape(head)}[/]{escape(str(error))}", highlight=False, soft_wrap=True
        )
    return error.exit_code


def unexpected(city_id: str = "") -> int:
    """Show the error being handled as a fault of ours, its traceback put in a file."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="coeurville-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            traceback.print_exc(file=log)
        where = f"Please send us {log.name}."
    except OSError as error:
        where = f"Its details could not be written ({error.strerror or error})."
    kind, value, _ = sys.exc_info()
    name = "" if kind is None else kind.__name__
    err.print(
        f"[bold red]{escape(f'{city_id}: ' if city_id else '')}a fault of ours:[/] "
        f"{escape(f'{name}: {value}')}\n"
        f"Nothing was published. {escape(where)}",
        highlight=False,
        soft_wrap=True,
    )
    return 70


@contextmanager
def _signals() -> Iterator[None]:
    """Raise :class:`Interrupted` at Ctrl-C and at the system's request to end, inside only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        commands.stop()
        raise Interrupted

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
