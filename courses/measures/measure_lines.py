"""The measures so far, and what their change from start to now means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from courses.measures.entry import Filling
from courses.models import Course, Direction, MeasureCode, MeasureScore, MeasureThreshold, PainScore
from courses.rules.measure_change import Change, change_of

MORE_IS_BETTER = frozenset({MeasureCode.PSFS, MeasureCode.ROM})
ORDER = [*MeasureCode.values]


@dataclass(frozen=True)
class MeasureLine:
    """One line of the table: a measure, or one direction of movement."""

    code: str
    item: str
    values: tuple[tuple[str, int, float], ...]
    change: Change | None
    note: str = ""
    needs_sign_off: bool = False
    source: str = ""

    @property
    def start(self) -> float | None:
        """The value at the start."""
        return next((value for stage, _number, value in self.values if stage == MeasureScore.Stage.START), None)

    @property
    def latest(self) -> tuple[str, int, float] | None:
        """The newest value that is not the start."""
        later = [one for one in self.values if one[0] != MeasureScore.Stage.START]
        return later[-1] if later else None


def fillings_of(rows: Iterable[MeasureScore]) -> list[Filling]:
    """The latest form of each measure at each stage, in the order of the course."""
    forms: dict[tuple[str, str, int], list[MeasureScore]] = {}
    for row in rows:
        number = row.session_number if row.stage == MeasureScore.Stage.REVIEW else 0
        kept = forms.setdefault((row.code, row.stage, number), [])
        if kept and kept[0].form_key != row.form_key:
            kept.clear()
        kept.append(row)
    return [_filling(rows) for rows in forms.values()]


def measure_lines(
    fillings: Sequence[Filling], *, pain: Sequence[PainScore], thresholds: Iterable[MeasureThreshold], group: str
) -> list[MeasureLine]:
    """The table: pain before the session first, then each measure that was entered."""
    limits = {(one.code, one.for_type): one for one in thresholds}
    lines = [_pain_line(pain, _limit(limits, MeasureCode.PAIN, group))] if pain else []
    for code in ORDER:
        own = sorted((one for one in fillings if one.code == code), key=_place)
        if not own:
            continue
        limit = _limit(limits, code, group)
        if code == MeasureCode.ROM:
            lines += [line for item in Direction.values if (line := _rom_line(own, item, limit))]
        else:
            lines.append(_line(own, limit))
    return lines


def thresholds_for(course: Course) -> list[MeasureThreshold]:
    """The clinic's thresholds."""
    return list(MeasureThreshold.objects.filter(clinic_id=course.clinic_id))


def _filling(rows: list[MeasureScore]) -> Filling:
    first = rows[0]
    return Filling(
        code=first.code,
        stage=first.stage,
        session_number=first.session_number,
        items={row.item: float(row.score) for row in rows},
        labels={row.item: row.label for row in rows if row.label},
        n_answered=first.n_answered,
    )


def _place(filling: Filling) -> tuple[int, int]:
    return MeasureScore.Stage.values.index(filling.stage), filling.session_number


def _limit(limits: dict[tuple[str, str], MeasureThreshold], code: str, group: str) -> MeasureThreshold | None:
    return limits.get((code, group)) or limits.get((code, ""))


def _line(own: list[Filling], limit: MeasureThreshold | None) -> MeasureLine:
    code = own[0].code
    values = [(one.stage, one.session_number, one.summary) for one in own]
    if code == MeasureCode.PSFS:
        values = _same_activities(own)
    # An impression of change is already a change.
    ends = None if code == MeasureCode.PGIC else _ends(values)
    return _with_change(code, "", values, ends, limit)


def _same_activities(own: list[Filling]) -> list[tuple[str, int, float]]:
    """Means over the activities of the start if all were asked again; otherwise over those that were."""
    labels = list(own[0].labels.values())
    means = [(one, one.mean_of(labels)) for one in own]
    return [(one.stage, one.session_number, one.summary if mean is None else mean) for one, mean in means]


def _rom_line(own: list[Filling], item: str, limit: MeasureThreshold | None) -> MeasureLine | None:
    values = [(one.stage, one.session_number, one.items[item]) for one in own if item in one.items]
    return _with_change(MeasureCode.ROM, item, values, _ends(values), limit) if values else None


def _pain_line(pain: Sequence[PainScore], limit: MeasureThreshold | None) -> MeasureLine:
    values = [(MeasureScore.Stage.START, 1, float(pain[0].score))]
    if len(pain) > 1:
        last = pain[-1]
        number = last.session.number if last.session else 0
        values.append((MeasureScore.Stage.REVIEW, number, float(last.score)))
    return _with_change(MeasureCode.PAIN, "", values, _ends(values), limit)


def _ends(values: Sequence[tuple[str, int, float]]) -> tuple[float, float] | None:
    """The first and the latest value; None without a start or without a later value."""
    if len(values) < 2 or values[0][0] != MeasureScore.Stage.START:
        return None
    return values[0][2], values[-1][2]


def _with_change(
    code: str,
    item: str,
    values: Sequence[tuple[str, int, float]],
    ends: tuple[float, float] | None,
    limit: MeasureThreshold | None,
) -> MeasureLine:
    change = None
    if ends is not None:
        change = change_of(
            *ends,
            noticed=float(limit.noticed) if limit and limit.noticed is not None else None,
            sure=float(limit.sure) if limit and limit.sure is not None else None,
            is_more_better=code in MORE_IS_BETTER,
        )
    return MeasureLine(
        code,
        item,
        tuple(values),
        change,
        needs_sign_off=limit.needs_sign_off if limit else False,
        source=limit.source if limit else "",
    )
