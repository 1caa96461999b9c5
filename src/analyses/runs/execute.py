"""Execute one notebook with Papermill, and believe it only when every cell ran."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyses.errors import RunError
from analyses.runs import forks
from analyses.runs.plan import Step
from analyses.sources import kept

if TYPE_CHECKING:  # a second of imports, which a run with nothing to do need not wait for
    import nbformat
    from papermill.exceptions import PapermillExecutionError

CELL_TIME_LIMIT = 1800
"""Seconds that one cell may take."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What stopped a notebook.

    Parameters
    ----------
    notebook : str
        Name of the notebook.
    cell : int or None
        Position of the cell that failed, the first being 1.
    error : str
        Kind of error and message.
    faults : str
        Message for the user when the data is at fault, else empty.
    """

    notebook: str
    cell: int | None
    error: str
    faults: str = ""

    def __str__(self) -> str:
        """Return the failure on one line (several when the data is at fault)."""
        if self.faults:
            return self.faults
        cell = "" if self.cell is None else f", cell {self.cell}"
        return f"{self.notebook}.ipynb{cell}: {self.error}"


def execute(
    step: Step,
    target: Path,
    *,
    working_directory: Path,
    time_limit: int = CELL_TIME_LIMIT,
    tables: bytes | None = None,
    progress: Callable[[str], None] | None = None,
) -> Failure | None:
    """Execute a notebook into ``target`` and check that it ran to its end.

    The notebook runs in a process of its own: a fork of a process that has imported everything
    where forking is safe (:mod:`analyses.runs.forks`), else a Jupyter kernel.

    Parameters
    ----------
    step : Step
        Notebook and parameters.
    target : Path
        File that receives the executed notebook, also when it failed.
    working_directory : Path
        Folder in which the cells run.
    time_limit : int
        Seconds that one cell may take.
    tables : bytes, optional
        The city's tables, which a forked process need not read again
        (:mod:`analyses.sources.kept`); a kernel reads them.
    progress : callable, optional
        Called with the notebook's name when it ends.

    Returns
    -------
    Failure or None
        What went wrong, or None when every code cell ran.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if forks.available():
        try:
            failure = forks.call(
                _in_this_process, step, target, working_directory, time_limit, tables
            )
        except forks.LostProcessError as error:
            failure = Failure(step.name, None, f"the notebook's process stopped: {error}")
    else:
        failure = _in_a_kernel(step, target, working_directory, time_limit)
    if progress is not None:
        progress(step.name)
    return failure


def _in_this_process(
    step: Step, target: Path, working_directory: Path, time_limit: int, tables: bytes | None
) -> Failure | None:
    """Execute in the calling process, which is to be a fresh one."""
    from analyses.runs import cells

    cells.register()
    kept.hand(tables)
    return _with_papermill(
        step, target, working_directory, time_limit, engine_name=cells.NAME,
        request_save_on_cell_execute=False, stopped_path=str(target),
    )  # fmt: skip


def _in_a_kernel(
    step: Step, target: Path, working_directory: Path, time_limit: int
) -> Failure | None:
    """Execute in a Jupyter kernel: a new interpreter."""
    manager = "analyses.runs.kernels.LocalKernelManager"
    return _with_papermill(
        step, target, working_directory, time_limit, kernel_manager_class=manager
    )


def _with_papermill(
    step: Step, target: Path, working_directory: Path, time_limit: int, **engine: str | bool
) -> Failure | None:
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    try:
        papermill.execute_notebook(
            str(step.notebook),
            str(target),
            parameters=dict(step.parameters),
            cwd=str(working_directory),
            progress_bar=False,
            kernel_name="python3",
            language="python",
            log_output=False,
            execution_timeout=time_limit,
            **engine,
        )
    except PapermillExecutionError as error:
        failure: Failure | None = _failure(step, error)
    except TimeoutError:
        problem = f"a cell did not end within {time_limit} seconds (--time-limit gives it more)"
        failure = Failure(step.name, None, problem)
    except RuntimeError as error:  # the kernel died
        failure = Failure(step.name, None, f"the notebook's process stopped: {error}")
    else:
        failure = None
    if failure is not None and not target.is_file():
        return failure
    notebook = _executed(target, step.name)
    anonymise(notebook)
    nbformat.write(notebook, target)
    return failure or _left_undone(notebook, step.name)


def anonymise(notebook: nbformat.NotebookNode) -> None:
    """Take this machine's paths out of what Papermill wrote in an executed notebook.

    The folder of a city becomes ``../cities/<name>``, as in the notebook of the clone, both in the
    cell of injected parameters and in the notebook's metadata; the paths of the two notebooks go.
    Outputs stay as they are.
    """
    from papermill.translators import translate_parameters

    about = notebook.metadata.get("papermill", {})
    given = {name: _relative(value) for name, value in about.get("parameters", {}).items()}
    for name in ("input_path", "output_path"):
        about.pop(name, None)
    if "parameters" in about:
        about["parameters"] = given
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = translate_parameters("python3", "python", given, "Parameters")


def _relative(value: Any) -> Any:
    """Return a parameter without this machine's folders."""
    if not isinstance(value, str) or not Path(value).is_absolute():
        return value
    return f"../cities/{Path(value).name}"


def unfinished(path: Path, name: str) -> Failure | None:
    """Return a failure if a code cell of an executed notebook did not run (``sys.exit(0)``).

    Raises
    ------
    RunError
        If the executed notebook is not there.
    """
    return _left_undone(_executed(path, name), name)


def _executed(path: Path, name: str) -> nbformat.NotebookNode:
    if not path.is_file():
        raise RunError(f"{name}.ipynb left no executed notebook.")
    import nbformat

    return nbformat.read(path, as_version=4)


def _left_undone(notebook: nbformat.NotebookNode, name: str) -> Failure | None:
    for position, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.get("execution_count") is None:
            return Failure(name, position, "the cell was never executed")
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            return Failure(name, position, "the cell ended with an error")
    return None


def _failure(step: Step, error: PapermillExecutionError) -> Failure:
    faults = str(error.evalue) if error.ename == "InputError" else ""
    return Failure(step.name, int(error.cell_index) + 1, f"{error.ename}: {error.evalue}", faults)
