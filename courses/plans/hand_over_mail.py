"""The mail about courses that were handed over: how many, and to whom; it names no patient."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.country.conventions import at_clinic
from clinic.models import Membership, Message
from clinic.outbox.compose import absolute, compose
from clinic.outbox.queue import mail_member
from clinic.outbox.recipients import member_of, reachable_member
from clinic.outbox.refusals import note_delivery
from clinic.outbox.transports.base import Mail
from courses.models import Alert, HandOver
from patients.counting import counted

MESSAGE_KIND = "hand_over"


def tell_of_hand_over(given: Sequence[HandOver], *, by: Membership, at: datetime) -> None:
    """Queue a mail to the new and the former practitioners, except the person who handed the courses over.

    Test patients cause no mail.
    """
    given = [one for one in given if not one.course.patient.is_training]
    if not given:
        return
    first = given[0]
    involved = {one.to_member_id for one in given} | {one.from_member_id for one in given}
    for member_id in sorted(involved - {by.pk}):
        mail_member(
            member_id,
            clinic=first.clinic,
            kind=MESSAGE_KIND,
            subject_id=first.pk,
            dedup_key=f"hand-over:{first.form_key}:{member_id}",
            at=at,
        )


class HandOverMail:
    """Owner of the message kind `hand_over`; its subject is the first course's hand-over of one form."""

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """Unless the recipient left: nobody else needs it."""
        return member_of(message).is_active

    def render(self, message: Message) -> Mail:
        """How many courses were handed over, how many open alerts they have, and a link."""
        member = reachable_member(message)
        first = HandOver.objects.select_related("clinic", "handed_by__user", "to_member__user").get(
            pk=message.subject_id
        )
        courses = counted(HandOver.objects.filter(form_key=first.form_key, clinic=first.clinic)).values("course")
        context = {
            "by": first.handed_by,
            "to": first.to_member,
            "is_mine_now": member.pk == first.to_member_id,
            "n_courses": courses.count(),
            "n_alerts": Alert.objects.unresolved().filter(course__in=courses).count(),
            "link": absolute(
                f"{reverse('admin:courses_course_changelist')}?practitioner__id__exact={first.to_member_id}"
            ),
        }
        with at_clinic(first.clinic, language=first.clinic.languages[0]):
            subject = _("Courses were handed over - %(clinic)s") % {"clinic": first.clinic.name}
            return compose(message, "hand_over", context, to=member.address, subject=subject)

    def settled(self, message: Message, *, at: datetime) -> None:
        """Note a refused address."""
        note_delivery(message, at=at)


hand_over_mail = HandOverMail()
