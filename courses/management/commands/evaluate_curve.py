"""Measure the healing curve's predictions on a file of series."""

import io
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from courses.curve.evaluation import BadFileError, decoded, evaluate, read_series, write_predictions

BAR_WIDTH = 30


class Command(BaseCommand):
    help = "Predict each score of FILE.csv (subject,week,score) from its earlier ones; print figures as JSON."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        parser.add_argument("--folds", type=int, default=5)
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--predictions", metavar="OUT.csv", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["folds"] < 2 or options["seed"] < 0:
            raise CommandError("--folds must be at least 2 and --seed not negative", returncode=2)
        try:
            text = decoded(options["file"].read_bytes())
            series = read_series(io.StringIO(text, newline=""))
        except (BadFileError, OSError) as error:
            raise CommandError(f"{options['file']}: {error}", returncode=2) from error
        predictions, figures = evaluate(
            series, n_folds=options["folds"], seed=options["seed"], progress=self._show_progress
        )
        if options["predictions"] is not None:
            out = io.StringIO()
            write_predictions(predictions, subjects=series.subjects, file=out)
            self._write(options["predictions"], text=out.getvalue())
        self.stdout.write(json.dumps(figures))

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
