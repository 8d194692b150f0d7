import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ("log_score", "crps", "coverage90", "upper975", "sens3_at_025_lr", "sens3_at_025_tail")
KEYS = {"n_subjects", "n_scores", "n_predicted", "seconds", *FIGURES, *(f"{name}_se" for name in FIGURES)}
RISES = ("lasting2_by4", "drift_by4", "lasting3_by2", "once3")


@pytest.fixture
def series(tmp_path: Path) -> Path:
    rows = [f"p{subject},{week},{(subject * 3 + week * 7) % 5 + 2}" for subject in range(8) for week in range(4)]
    path = tmp_path / "series.csv"
    path.write_text("subject,week,score\n" + "\n".join(rows) + "\n")
    return path


def run(*arguments: str | Path) -> str:
    out = io.StringIO()
    call_command("evaluate_curve", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_figures_are_one_json_object(series: Path) -> None:
    figures = json.loads(run(series, "--folds", "2"))
    assert set(figures) == KEYS
    assert (figures["n_subjects"], figures["n_scores"], figures["n_predicted"]) == (8, 32, 16)


def test_predictions_have_a_row_per_predicted_score(series: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    run(series, "--folds", "2", "--predictions", out)
    lines = out.read_text().splitlines()
    assert lines[0] == "subject,week,score,mean,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9,p10,lr,alarm,fold"
    assert len(lines) == 1 + 16


def test_bad_file_is_refused_with_its_line_and_nothing_is_written(series: Path, tmp_path: Path) -> None:
    series.write_text(series.read_text() + "p9,0,12\n")
    out = tmp_path / "out.csv"
    with pytest.raises(CommandError, match="line 34: score '12'") as refusal:
        run(series, "--predictions", out)
    assert refusal.value.returncode == 2
    assert not out.exists()


def test_rises_have_a_row_per_score_of_each_kind_and_figures(series: Path, tmp_path: Path) -> None:
    rows = [f"p{subject},{week},{(subject * 3 + week * 7) % 5 + 2}" for subject in range(8) for week in range(7)]
    series.write_text("subject,week,score\n" + "\n".join(rows) + "\n")
    out = tmp_path / "rises.csv"
    figures = json.loads(run(series, "--folds", "2", "--rises", out))
    assert {*KEYS, *RISES, *(f"{name}_n" for name in RISES), *(f"{name}_se" for name in RISES)} <= set(figures)
    assert figures["once3_n"] == 8
    lines = list(csv.DictReader(out.read_text().splitlines()))
    assert len(lines) == 8 * 7 * 5
    assert list(lines[0]) == [
        *("subject", "week", "score", "kind", "k", "lr", "memory", "alarm", "told", "alarmed", "fold")
    ]
    told = [line for line in lines if line["kind"] == "none" and line["told"] == "1"]
    assert figures["rises_n_told"] == len(told) == 8 * 5
    assert figures["rises_false_alarms"] == sum(line["alarmed"] == "1" for line in told) / len(told) <= 0.025
    caught = {line["subject"] for line in lines if line["kind"] == "once3" and line["k"] == line["alarmed"] == "1"}
    assert figures["once3"] == len(caught) / 8


@pytest.mark.parametrize("option", ["--predictions", "--rises"])
def test_place_that_cannot_be_written_is_refused_before_the_work(
    series: Path, tmp_path: Path, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def worked(*_arguments: object, **_named: object) -> None:
        raise AssertionError("nothing is reckoned first")

    monkeypatch.setattr("courses.management.commands.evaluate_curve.evaluate", worked)
    for place in (tmp_path / "none" / "out.csv", tmp_path, series):
        with pytest.raises(CommandError) as refusal:
            run(series, option, place)
        assert refusal.value.returncode == 2
    assert series.read_text().startswith("subject,week,score")


def test_both_outputs_in_one_file_are_refused(series: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="different files"):
        run(series, "--predictions", tmp_path / "out.csv", "--rises", tmp_path / "out.csv")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        run(tmp_path / "none.csv")
    assert refusal.value.returncode == 2


@pytest.mark.parametrize(("option", "value"), [("--folds", "1"), ("--seed", "-1")])
def test_impossible_option_is_refused(series: Path, option: str, value: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run(series, option, value)
    assert refusal.value.returncode == 2


def test_no_setting_and_no_terminal_are_needed(series: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "evaluate_curve", str(series), "--folds", "2"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(json.loads(done.stdout)) == KEYS
    assert done.stderr == ""


def test_terminal_shows_how_far_it_is(series: Path) -> None:
    ours, theirs = os.openpty()
    done = subprocess.run(
        [sys.executable, "manage.py", "evaluate_curve", str(series), "--folds", "2"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        check=True,
    )
    shown = os.read(ours, 4096).decode()
    for end in (ours, theirs):
        os.close(end)
    assert "fold 1 of 2" in shown
    assert "fold 2 of 2" in shown
    assert set(json.loads(done.stdout)) == KEYS
