"""Every stored time of a clinic, and the effect of another time zone on it."""

from __future__ import annotations

from collections.abc import Mapping

# Moved if the times on the clock are kept: people agreed on the wall time.
MOVES: frozenset[str] = frozenset(
    {
        "clinic.Duty.ends_at",
        "clinic.Duty.starts_at",
        "courses.Appointment.ends_at",
        "courses.Appointment.starts_at",
    }
)

# Calculated again by the new clock with either answer, if they are still to come.
PLANNED_AGAIN: Mapping[str, str] = {
    "clinic.Message.due_at": "of a reminder: when it leaves",
    "clinic.Message.first_due_at": "of a reminder: when it was first to leave",
    "clinic.Message.settled_at": "of a reminder that another one replaces",
    "courses.CheckIn.expires_at": "two weeks after its email",
    "courses.Reminder.due_at": "the day before a visit, or the morning after a session; never at night",
    "courses.Reminder.settled_at": "of a reminder that another one replaces",
    "courses.Reminder.starts_at": "of the visit it is about",
}

HAPPENED = "it happened at that moment"
ALERTING = "open alerts keep their moments: nobody is emailed twice or later than was said"
LASTS = "it ends so many hours after it began"
MACHINE = "the machine's own, of no clinic's clock"

STAYS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "clinic.AccountEvent.happened_at",
            "clinic.AddressChange.changed_at",
            "clinic.Clinic.created_at",
            "clinic.Endpoint.created_at",
            "clinic.Endpoint.failed_at",
            "clinic.Endpoint.tested_at",
            "clinic.Fault.found_at",
            "clinic.Fault.gone_at",
            "clinic.Membership.created_at",
            "clinic.Membership.deactivated_at",
            "clinic.Membership.email_failed_at",
            "clinic.Message.created_at",
            "clinic.Message.troubled_at",
            "clinic.SignInFailure.failed_at",
            "clinic.User.date_joined",
            "clinic.User.last_login",
            "clinic.User.two_factor_asked_at",
            "courses.AdverseEvent.noticed_at",
            "courses.AdverseEvent.voided_at",
            "courses.AlertEvent.happened_at",
            "courses.AlertThreshold.approved_at",
            "courses.AlertThreshold.calibrated_at",
            "courses.Appointment.booked_at",
            "courses.AppointmentEvent.happened_at",
            "courses.CheckIn.answered_at",
            "courses.CheckIn.created_at",
            "courses.CheckIn.revoked_at",
            "courses.CheckIn.voided_at",
            "courses.CheckInAnswer.answered_at",
            "courses.CheckInAnswer.recorded_at",
            "courses.ClearanceOverride.given_at",
            "courses.ClearanceOverride.voided_at",
            "courses.Correction.corrected_at",
            "courses.Course.created_at",
            "courses.CourseEvent.happened_at",
            "courses.Digest.made_at",
            "courses.Digest.since",
            "courses.HandOver.handed_at",
            "courses.Hold.began_at",
            "courses.Hold.ended_at",
            "courses.Letter.written_at",
            "courses.LetterEvent.happened_at",
            "courses.MeasureScore.measured_at",
            "courses.MeasureScore.voided_at",
            "courses.PainScore.recorded_at",
            "courses.PainScore.scored_at",
            "courses.PainScore.voided_at",
            "courses.Prediction.judged_at",
            "courses.Prior.fitted_at",
            "courses.PriorEvent.happened_at",
            "courses.RedFlag.replaced_at",
            "courses.RedFlagReport.onset_at",
            "courses.RedFlagReport.recorded_at",
            "courses.RedFlagReport.reported_at",
            "courses.Review.reviewed_at",
            "courses.Review.voided_at",
            "courses.RuleSettings.set_at",
            "courses.Session.held_at",
            "courses.Session.logged_at",
            "courses.Letter.voided_at",
            "courses.Session.voided_at",
            "patients.Assessment.recorded_at",
            "patients.Assessment.voided_at",
            "patients.Consent.recorded_at",
            "patients.Consent.voided_at",
            "patients.ContactChange.changed_at",
            "patients.FileCorrection.corrected_at",
            "patients.IntakeDraft.saved_at",
            "patients.NeuroCheck.recorded_at",
            "patients.NeuroCheck.voided_at",
            "patients.Patient.archived_at",
            "patients.Patient.created_at",
            "patients.Patient.email_failed_at",
            "patients.PatientMerge.merged_at",
            "patients.PatientMerge.undone_at",
            "patients.PatientPainType.recorded_at",
            "patients.PatientPainType.voided_at",
            "patients.Screening.screened_at",
            "patients.Screening.voided_at",
            "patients.SpecialistLetter.recorded_at",
            "patients.SpecialistLetter.voided_at",
        ),
        HAPPENED,
    ),
    **dict.fromkeys(
        (
            "courses.Alert.acknowledged_at",
            "courses.Alert.escalate_at",
            "courses.Alert.exhausted_at",
            "courses.Alert.lapses_at",
            "courses.Alert.next_step_at",
            "courses.Alert.raised_at",
            "courses.Alert.repeat_at",
            "courses.Alert.resolved_at",
            "courses.Alert.silenced_until",
            "courses.Reach.answered_at",
            "courses.Reach.late_at",
            "courses.Reach.leaves_at",
            "courses.Reach.reached_at",
            "courses.Reach.reported_at",
        ),
        ALERTING,
    ),
    **dict.fromkeys(
        ("courses.Silence.ended_at", "courses.Silence.ends_at", "courses.Silence.starts_at"),
        LASTS,
    ),
    **dict.fromkeys(
        (
            "clinic.Heartbeat.beaten_at",
            "clinic.Message.lease_until",
            "clinic.SentForm.claimed_at",
            "clinic.SentForm.settled_at",
            "clinic.SharedCacheRow.expires",
        ),
        MACHINE,
    ),
}
