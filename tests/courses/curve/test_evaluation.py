import csv
import io

import numpy as np
import pytest

from courses.curve.panel import Panel
from courses.curve.study.evaluation import (
    PREDICTION_COLUMNS,
    BadFileError,
    Series,
    decoded,
    evaluate,
    read_series,
    write_predictions,
)

GOOD = "subject,week,score\na,0,5\nb,0,7\na,1.5,4\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: column 'subject'"),
        ("subject,week\na,0\n", "line 1: column 'score'"),
        ("subject,week,score,score\n", "line 1: column 'score'"),
        ("subject,week,score\n", "line 1: no scores"),
        (GOOD + "a,2,11\n", "line 5: score '11'"),
        (GOOD + "a,2,4.5\n", "line 5: score '4.5' must be a whole number 0 to 10: round first"),
        (GOOD + "a,2,\n", "line 5: score ''"),
        (GOOD + "a,-1,4\n", "line 5: week '-1'"),
        (GOOD + "a,soon,4\n", "line 5: week 'soon'"),
        (GOOD + "a,nan,4\n", "line 5: week 'nan'"),
        (GOOD + "a,2,nan\n", "line 5: score 'nan'"),
        (GOOD + ",2,4\n", "line 5: subject is empty"),
        (GOOD + "a,2\n", "line 5: 2 fields where the header has 3"),
        (GOOD + "a,2,4,1\n", "line 5: 4 fields where the header has 3"),
        (GOOD + "a,1e9,4\n", "line 5: week '1e9'"),
        (GOOD + "a,1_0,4\n", "line 5: week '1_0'"),
        (GOOD + "a,2,1_0\n", "line 5: score '1_0'"),
        (GOOD + 'a,2,"4\n', "line 5: unexpected end of data"),
        (GOOD.replace(",", ";"), "line 1: column 'subject'"),
    ],
)
def test_bad_line_is_named(text: str, message: str) -> None:
    with pytest.raises(BadFileError, match=message):
        read_series(io.StringIO(text))


def test_line_that_is_not_text_is_named() -> None:
    with pytest.raises(BadFileError, match="line 3: not UTF-8"):
        decoded(b"subject,week,score\na,0,5\n\xff,1,3\n")


def test_columns_may_be_in_any_order_among_others() -> None:
    series = read_series(io.StringIO("arm,score,subject,week\nx,5,a,0\nx,4,a,1\n"))
    assert series.subjects == ("a",)
    assert series.panel.scores.tolist() == [5, 4]


def test_quotes_and_line_ends_of_any_kind_are_no_trouble() -> None:
    text = GOOD.replace("\n", "\r\n").replace("a,", '"a",')
    assert (
        read_series(io.StringIO(text, newline="")).panel.scores.tolist()
        == read_series(io.StringIO(GOOD)).panel.scores.tolist()
    )


def test_rows_may_be_in_any_order_and_two_at_one_time() -> None:
    mixed = read_series(io.StringIO("subject,week,score\na,2,3\nb,0,1\na,0,5\na,2,4\n"))
    assert mixed.subjects == ("a", "b")
    assert mixed.panel.weeks.tolist() == [0, 2, 2, 0]
    assert mixed.panel.scores.tolist() == [5, 3, 4, 1]


def test_one_subject_alone_is_predicted_from_what_is_shipped() -> None:
    figures = evaluate(read_series(io.StringIO("subject,week,score\na,0,5\na,1,5\na,2,4\na,3,3\n"))).figures
    assert figures["n_predicted"] == 2
    assert figures["log_score"] < 0


def test_byte_order_mark_and_blank_lines_are_no_trouble() -> None:
    assert read_series(io.StringIO("\ufeff" + GOOD + "\n\n")).panel.n_scores == 3


def test_series_too_short_to_predict_have_no_figures() -> None:
    figures = evaluate(read_series(io.StringIO(GOOD)), n_folds=2).figures
    assert figures["n_predicted"] == 0
    assert figures["log_score"] is None


def test_figures_and_predictions_agree(forty: Panel) -> None:
    series = Series(tuple(f"s{i}" for i in range(40)), forty)
    found = evaluate(series)
    figures, out = found.figures, io.StringIO()
    write_predictions(found.predictions, joint=found.joint(), subjects=series.subjects, file=out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert tuple(rows[0]) == PREDICTION_COLUMNS
    assert len(rows) == figures["n_predicted"] == forty.n_scores - 80
    given = [float(row[f"p{row['score']}"]) for row in rows]
    assert np.mean(np.log(given)) == pytest.approx(figures["log_score"], abs=1e-5)
    assert all(sum(float(row[f"p{k}"]) for k in range(11)) == pytest.approx(1, abs=1e-6) for row in rows)
    assert {row["fold"] for row in rows} == set("01234")
    assert 0 <= np.mean([float(row["alarm"]) > 1 for row in rows]) <= 0.025


def test_every_figure_has_its_standard_error(forty: Panel) -> None:
    figures = evaluate(Series(tuple(f"s{i}" for i in range(40)), forty)).figures
    counts = {"n_subjects", "n_scores", "n_predicted", "seconds"}
    named = {name for name in figures if name not in counts and not name.endswith("_se")}
    assert named == {name.removesuffix("_se") for name in figures if name.endswith("_se")}
    assert all(0 <= figures[f"{name}_se"] < 1 for name in named)


def test_folds_do_not_depend_on_the_order_of_rows() -> None:
    rows = ["2,0,5", "10,0,6", "2,1,5", "10,1,5", "b,0,1", "a,0,3"]
    assert {
        read_series(io.StringIO("subject,week,score\n" + "\n".join(one))).subjects for one in (rows, rows[::-1])
    } == {("2", "10", "a", "b")}


def test_same_seed_gives_the_same_figures(forty: Panel) -> None:
    series = Series(tuple("abcdefghij"), forty.select(np.arange(10)))
    one, other = (evaluate(series, n_folds=2, seed=3).figures for _ in range(2))
    assert {**one, "seconds": 0} == {**other, "seconds": 0}
