"""A Papermill engine that runs a notebook's cells in the process it is called in.

Papermill's own engine starts a Jupyter kernel: a new interpreter, its imports and its sockets, for
each notebook. Where the calling process is a fresh fork that has imported everything already
(:mod:`analyses.runs.forks`), the cells can run in it: same isolation, no start. Parameters, cell
marks and the executed notebook remain Papermill's.
"""

from __future__ import annotations

import faulthandler
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets import Type
from traitlets.config import Config

NAME = "coeurville-cells"
"""Name under which Papermill knows the engine."""

GRACE = 20
"""Seconds after the limit of a cell before its process is ended without its consent."""

LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": sys.version.split()[0],
}
"""What a Python kernel says of its language, written in an executed notebook."""

_outputs: list[NotebookNode] = []
"""Outputs of the cell that runs; one shell per process, so one list."""


class _Stream:
    """Standard output or error of a cell: neighbouring texts make one output, as in Jupyter."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, name: str) -> None:
        self.name = name

    def write(self, text: str) -> int:
        if text:
            last = _outputs[-1] if _outputs else None
            if last is not None and last.output_type == "stream" and last.name == self.name:
                last.text += text
            else:
                _outputs.append(new_output("stream", name=self.name, text=text))
        return len(text)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def isatty(self) -> bool:
        return False


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    def publish(
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, **_: Any
    ) -> None:
        _outputs.append(new_output("display_data", data=data, metadata=metadata or {}))


class _Hook(DisplayHook):  # type: ignore[misc]
    def write_output_prompt(self) -> None:
        """Print no prompt."""

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        _outputs.append(
            new_output(
                "execute_result",
                data=format_dict,
                metadata=md_dict or {},
                execution_count=self.prompt_count,
            )
        )


class _Shell(InteractiveShell):  # type: ignore[misc]
    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: there is no window here."""

    def _showtraceback(
        self, etype: type[BaseException], evalue: BaseException, stb: list[str]
    ) -> None:
        _outputs.append(
            new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb))
        )


class CellsEngine(Engine):  # type: ignore[misc]
    """Run the cells of a notebook in this process, each within a time limit."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        *_: Any,
        execution_timeout: int | None = None,
        stopped_path: str | None = None,
        **__: Any,
    ) -> None:
        """Execute the notebook of Papermill's manager.

        Papermill writes the executed notebook at its end; one that runs out of time is written to
        ``stopped_path`` as it stopped.

        Raises
        ------
        TimeoutError
            If a cell did not end within ``execution_timeout`` seconds.
        """
        shell = _shell()
        for index, cell in enumerate(nb_man.nb.cells):
            try:
                nb_man.cell_start(cell, index)
                good = cell.cell_type != "code" or _run(shell, cell, execution_timeout)
                if not good:
                    nb_man.cell_exception(cell, cell_index=index)
                    break
            except TimeoutError:
                nb_man.output_path = stopped_path
                raise
            finally:
                nb_man.cell_complete(cell, cell_index=index)
        nb_man.nb.metadata["language_info"] = LANGUAGE


def register() -> None:
    """Make the engine known to Papermill in this process."""
    papermill_engines.register(NAME, CellsEngine)


def _shell() -> InteractiveShell:
    """Return this process's shell, set as a kernel sets its own."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.cache_size = 0
    shell = _Shell.instance(config=config)
    if "matplotlib.pyplot" in sys.modules:  # preloaded, it would drop figures silently
        shell.enable_matplotlib("inline")
    return shell


def _run(shell: InteractiveShell, cell: NotebookNode, limit: int | None) -> bool:
    """Run one code cell; return whether it ended well. An empty cell is not run, as in Jupyter."""
    if not cell.source.strip():
        return True
    _outputs.clear()
    with _streams(), _within(limit) as clock:
        done = shell.run_cell(cell.source, store_history=True)
    cell.execution_count = done.execution_count
    cell.outputs = list(_outputs)
    if clock.struck:
        raise TimeoutError(f"a cell did not end within {limit} seconds")
    if isinstance(done.error_in_exec, SystemExit):
        cell.execution_count = None  # as a kernel that went away: the run is not a success
        return False
    return bool(done.success)


@contextmanager
def _streams() -> Iterator[None]:
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Stream("stdout"), _Stream("stderr")
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


class _Clock:
    """Says whether the time of a cell was struck."""

    struck = False


class _OutOfTime(BaseException):
    """Raised in a cell whose time is over; no ``except Exception`` of the cell holds it."""


@contextmanager
def _within(limit: int | None) -> Iterator[_Clock]:
    """Stop what runs inside after ``limit`` seconds; a cell stuck in compiled code ends with us."""
    clock = _Clock()
    if limit is None:
        yield clock
        return

    def strike(_number: int, _frame: FrameType | None) -> None:
        clock.struck = True
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, limit)
    faulthandler.dump_traceback_later(limit + GRACE, exit=True, file=_nowhere())
    try:
        yield clock
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


def _nowhere() -> TextIO:
    """Return the null file, open as long as the process lives (faulthandler needs a number)."""
    global _null
    if _null is None:
        _null = Path("/dev/null").open("w")  # noqa: SIM115
    return _null


_null: TextIO | None = None
