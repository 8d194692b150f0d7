"""Measure the healing curve's predictions on a file of series."""

import io
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from courses.curve.study.evaluation import BadFileError, decoded, evaluate, read_series, write_predictions
from courses.curve.study.rises import KINDS, write_rises

BAR_WIDTH = 30


class Command(BaseCommand):
    help = "Predict each score of FILE.csv (subject,week,score) from its earlier ones; print figures as JSON."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        parser.add_argument("--folds", type=int, default=5)
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--predictions", metavar="OUT.csv", type=Path, help="One row per predicted score.")
        parser.add_argument(
            "--rises",
            metavar="OUT.csv",
            type=Path,
            help="Add rises to held-out courses, predict again, and write one row per score and kind of rise.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["folds"] < 2 or options["seed"] < 0:
            raise CommandError("--folds must be at least 2 and --seed not negative", returncode=2)
        outs = [options[name] for name in ("predictions", "rises") if options[name] is not None]
        self._check_places(options["file"], outs)
        try:
            text = decoded(options["file"].read_bytes())
            series = read_series(io.StringIO(text, newline=""))
        except (BadFileError, OSError) as error:
            raise CommandError(f"{options['file']}: {error}", returncode=2) from error
        found = evaluate(
            series,
            n_folds=options["folds"],
            seed=options["seed"],
            kinds=KINDS if options["rises"] is not None else (),
            progress=self._show_progress,
        )
        subjects = series.subjects
        if options["predictions"] is not None:
            out = io.StringIO()
            write_predictions(found.predictions, joint=found.joint(), subjects=subjects, file=out)
            self._write(options["predictions"], text=out.getvalue())
        if options["rises"] is not None:
            out = io.StringIO()
            write_rises(found.found, found.rises, subjects=subjects, file=out)
            self._write(options["rises"], text=out.getvalue())
        self.stdout.write(json.dumps(found.figures))

    def _check_places(self, file: Path, outs: Sequence[Path]) -> None:
        """Refuse, before the work, an output that cannot be written or would overwrite an input."""
        for out in outs:
            if not out.parent.is_dir():
                raise CommandError(f"{out}: there is no folder {out.parent}", returncode=2)
            if out.is_dir() or not os.access(out if out.exists() else out.parent, os.W_OK):
                raise CommandError(f"{out}: cannot be written", returncode=2)
        places = [path.resolve() for path in (file, *outs)]
        if len(set(places)) < len(places):
            raise CommandError("FILE.csv and each OUT.csv must be different files", returncode=2)

    def _write(self, path: Path, *, text: str) -> None:
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path}: {error}", returncode=2) from error

    def _show_progress(self, done: int, total: int) -> None:
        if sys.stderr.isatty():
            filled = BAR_WIDTH * done // total
            end = "\n" if done == total else ""
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] fold {done} of {total}{end}")
            sys.stderr.flush()
