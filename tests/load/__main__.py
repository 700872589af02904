"""`python -m tests.load [--quick] [--json FILE] [--only sqlite|postgresql]`: measure, and print the table."""

from __future__ import annotations

import argparse
import os
import time
import warnings
from pathlib import Path

from tests.load.databases import KINDS, fresh
from tests.load.measures import FULL, QUICK, everything
from tests.load.table import Run, as_json, merged, printed


def measured(quick: bool, kinds: tuple[str, ...] = KINDS) -> Run:
    """Everything on each of these databases."""
    begun, figures = time.monotonic(), []
    for kind in kinds:
        with fresh(kind) as database:
            figures.append(everything(database, QUICK if quick else FULL))
    notes = {"cores": os.cpu_count(), "load before": os.getloadavg()[2]}
    return Run(quick, time.monotonic() - begun, merged(figures), notes)


def main() -> None:
    """The command."""
    asked = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="within a minute, with wider noise")
    asked.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    asked.add_argument("--only", choices=KINDS, help="one database alone")
    chosen = asked.parse_args()
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    run = measured(chosen.quick, (chosen.only,) if chosen.only else KINDS)
    print(printed(run.figures))
    print(f"\n{run.seconds:.0f} seconds on {run.notes['cores']} cores.")
    if chosen.json:
        chosen.json.write_text(as_json(run) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
