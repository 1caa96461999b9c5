"""How long a programme of cities takes, beside a plain loop of Papermill on the same notebooks.

``python -m benchmarks.pipeline [--cities 20] [--plain 11] [--rounds 1] [--full] [--at FOLDER]``.
The works (``--full`` gives every city every data set, and its works the name ``-full-cities``):

- ``cold-N-cities``: N synthetic cities (:mod:`benchmarks.pipeline.towns`) never run before. Each
  round times ours on all of them, and the plain loop on ``--plain`` of them (one of each kind); the
  loop's time is scaled to N by its seconds a city. Both write HTML and PDF of the internal edition;
  indicators, HTML and PDF of the cities that both made must be equal to the byte. ``everything`` is
  what ``coeurville run --all`` writes: two editions, each in HTML, PDF, DOCX and PPTX.
- ``unchanged-N-cities``: the same command again. ``one-changed``: again, when one city's survey
  has changed; every other city must be left as it is. Each is followed by ``coeurville national``
  on the same cities, timed as ``synthesis``: made at first, up to date after the second, made again
  after the third.

``--plain 0`` leaves the loop out, and with it the comparison and the overhead: only what
``coeurville`` itself does again is timed. Rows that are not measured again stay in the record.

``--only-cold N`` makes N cities (245 for the whole programme), runs them once (HTML and PDF of the
internal edition) and records the time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
from pathlib import Path

from benchmarks._record import OURS, RESULTS, Row, record
from benchmarks.pipeline import towns
from benchmarks.pipeline.clock import Timed, timed

ROOT = Path(__file__).parents[2]
PLAIN = "papermill loop, pandoc, typst"
"""Pictures and style are put into its page as ours do, which is faster than Pandoc's own way."""
EVERYTHING = f"{OURS} (everything)"
SYNTHESIS = f"{OURS} (synthesis)"
OVERHEADS = 3
"""Paired differences a notebook."""
SAME = ("indicators.csv", "report.html", "report.pdf")
PACKAGES = ("papermill", "pypandoc_binary", "typst", "pandas", "matplotlib", "statsmodels")


def main() -> None:
    """Make the cities, time the works, record."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="coeurville-pipeline-") as name:
        place = options.at or Path(name)
        count = options.only_cold or options.cities
        kind = f"{count}-full-cities" if options.full else f"{count}-cities"
        cities, out = place / f"cities-{kind}", place / f"out-{kind}"
        names = towns.write(cities, count, full=options.full)
        load = os.getloadavg()[0]
        if options.only_cold:
            shutil.rmtree(out, ignore_errors=True)
            rows = _rows(f"cold-{kind}", OURS, [_ours(cities, out)])
        else:
            rows = _works(cities, out, names, kind, options)
        load_rows = [
            Row(f"cold-{kind}", OURS, "load_before", load, "processes", 1),
            Row(f"cold-{kind}", OURS, "load_after", os.getloadavg()[0], "processes", 1),
        ]
        sizes = towns.sizes(cities / names[0])
    if not options.dry:
        note = f"Rows of the first city's files: {json.dumps(sizes)}. {_SAID}"
        measured = [*rows, *load_rows]
        record("pipeline", [*_kept(measured), *measured], packages=PACKAGES, note=note)


_SAID = (
    "Ours and the loop write HTML and PDF of the internal edition; 'everything' both editions in "
    "HTML, PDF, DOCX and PPTX. The loop runs fewer cities (n); its seconds are scaled to the "
    "number of cities. BLAS has one thread in both. Overhead: a notebook run by us (fork, "
    "Papermill, its file) less its cells alone in a warm process, paired."
)


def _options() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.pipeline")
    asked.add_argument("--cities", type=int, default=20)
    asked.add_argument(
        "--plain", type=int, default=11, help="cities of the plain loop: 11 are one of each kind"
    )
    asked.add_argument("--rounds", type=int, default=1)
    asked.add_argument("--only-cold", type=int, help="run so many cities once, and nothing else")
    asked.add_argument("--full", action="store_true", help="every data set in every city")
    asked.add_argument("--at", type=Path, help="folder that keeps the cities made")
    asked.add_argument("--dry", action="store_true", help="record nothing")
    return asked.parse_args()


def _works(
    cities: Path, out: Path, names: list[str], kind: str, options: argparse.Namespace
) -> list[Row]:
    """Time the cold runs of both ways, then the runs with nothing or one city to do."""
    work = f"cold-{kind}"
    found = _beside(work, cities, out, names, options) if options.plain else []
    for left in (out, out.with_name(f"{out.name}-national")):
        shutil.rmtree(left, ignore_errors=True)
    found += _rows(work, EVERYTHING, [timed(_command(cities, out), ROOT)])
    found += _rows(work, SYNTHESIS, [_synthesis(cities, out, due=True)])
    found += _rows(f"unchanged-{kind}", EVERYTHING, [_again(cities, out, [])])
    found += _rows(f"unchanged-{kind}", SYNTHESIS, [_synthesis(cities, out, due=False)])
    with tempfile.TemporaryDirectory() as copy:  # the cities themselves stay as they were made
        changed = Path(shutil.copytree(cities, Path(copy) / "cities"))
        towns.change(changed / names[0])
        one = f"one-changed-of-{kind}" if options.full else "one-changed"
        found += _rows(one, EVERYTHING, [_again(changed, out, names[:1])])
        found += _rows(one, SYNTHESIS, [_synthesis(changed, out, due=True)])
    return found


def _beside(
    work: str, cities: Path, out: Path, names: list[str], options: argparse.Namespace
) -> list[Row]:
    """Time ours and the plain loop round by round, then the overhead of a notebook."""
    count, n = len(names), options.rounds
    ours, loop = [], []
    for turn in range(n):
        shutil.rmtree(out, ignore_errors=True)
        ours.append(_ours(cities, out))
        chosen = [names[(turn * options.plain + rank) % count] for rank in range(options.plain)]
        loop.append(_loop(cities, out, chosen, count))
        _say(f"round {turn + 1}: {ours[-1].seconds:.0f} s, loop {loop[-1].seconds:.0f} s")
    shutil.rmtree(out)
    paired = ["-m", "benchmarks.pipeline.overhead", str(cities / names[0]), str(OVERHEADS)]
    extra = json.loads(timed(paired, ROOT).output)
    return [
        *_rows(work, OURS, ours), *_rows(work, PLAIN, loop),
        Row(work, OURS, "speedup", _speedup(ours, loop, "seconds"), "times", n),
        Row(work, OURS, "cpu_speedup", _speedup(ours, loop, "cpu_seconds"), "times", n),
        Row(work, OURS, "overhead_per_notebook", statistics.fmean(extra), "s",
            OVERHEADS * len(extra)),
    ]  # fmt: skip


def _ours(cities: Path, out: Path) -> Timed:
    """Time our runs: HTML and PDF of the internal edition."""
    return timed(["-m", "benchmarks.pipeline.ours", str(cities), str(out)], ROOT)


def _again(cities: Path, out: Path, expected: list[str]) -> Timed:
    """Time the same command once more; stop unless it ran the cities expected and no other."""
    before = _finished(out)
    done = timed(_command(cities, out), ROOT)
    ran = sorted(name for name, run in _finished(out).items() if run != before.get(name))
    if ran != expected:
        raise SystemExit(f"{ran} were run, where {expected} had changed")
    return done


def _synthesis(cities: Path, out: Path, *, due: bool) -> Timed:
    """Time the synthesis of the cities that ran; stop unless it was made, or left, as it should."""
    place = out.with_name(f"{out.name}-national")
    before = _bytes(place)
    names = sorted(_finished(out))
    folders = ["--cities", str(cities), "--runs", str(out), "--out", str(place)]
    done = timed(["-m", "analyses", "national", *names, "--engine", "embedded", *folders], ROOT)
    if (_bytes(place) != before) != due:
        raise SystemExit(f"the synthesis was {'left as it was' if due else 'made again'}")
    return done


def _bytes(place: Path) -> bytes:
    """Return the manifest of a synthesis, which tells when it was made."""
    manifest = place / "run.json"
    return manifest.read_bytes() if manifest.exists() else b""


def _command(cities: Path, out: Path) -> list[str]:
    folders = ["--cities", str(cities), "--out", str(out)]
    return ["-m", "analyses", "run", "--all", "--engine", "embedded", *folders]


def _finished(out: Path) -> dict[str, str]:
    """Return the run of each city."""
    return {path.parent.name: json.loads(path.read_text("utf-8"))["id"]
            for path in out.glob("*/run.json")}  # fmt: skip


def _loop(cities: Path, finished: Path, names: list[str], count: int) -> Timed:
    """Time the plain loop on a few cities; its start, once, and its seconds a city are scaled."""
    with tempfile.TemporaryDirectory() as out:
        where = [str(cities), out, str(finished)]
        done = timed(["-m", "benchmarks.pipeline.plain", *where, *names], ROOT)
        for name in names:
            for file in SAME:
                if (Path(out) / name / file).read_bytes() != (finished / name / file).read_bytes():
                    raise SystemExit(f"{name}/{file} differs between both ways")
    each = sum(json.loads(line)["seconds"] for line in done.output.splitlines())
    start = done.seconds - each
    cpu = done.cpu_seconds - start  # a start is imports: one processor, all the time
    return Timed(start + each * count / len(names), start + cpu * count / len(names), "")


def _speedup(ours: list[Timed], loop: list[Timed], what: str) -> float:
    """Return the median over the rounds of the loop's time over ours."""
    pairs = zip(loop, ours, strict=True)
    return float(
        statistics.median(getattr(theirs, what) / getattr(mine, what) for theirs, mine in pairs)
    )


def _rows(work: str, method: str, times: list[Timed]) -> list[Row]:
    return [
        Row(work, method, what, statistics.median(getattr(item, what) for item in times), "s",
            len(times))
        for what in ("seconds", "cpu_seconds")
    ]  # fmt: skip


def _kept(measured: list[Row]) -> list[Row]:
    """Return the recorded rows that are not measured again."""
    again = {(row.work, row.method, row.metric) for row in measured}
    path = RESULTS / "pipeline.json"
    if not path.exists():
        return []
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    known = [Row(**row) for row in rows]
    return [row for row in known if (row.work, row.method, row.metric) not in again]


def _say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    main()
