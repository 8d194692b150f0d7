"""The outbox as a list: what was sent, what waits, what failed, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.lists.choices import picker_label
from clinic.models import Endpoint, Membership, Message
from clinic.outbox.errors import error_words
from patients.models import Patient

KINDS: dict[str, Any] = {
    "staff_invitation": gettext_lazy("invitation"),
    "address_changed": gettext_lazy("address changed"),
    "password_link": gettext_lazy("password link"),
    "staff_alert": gettext_lazy("alert"),
    "staff_alert_webhook": gettext_lazy("alert to another system"),
    "daily_digest": gettext_lazy("daily digest"),
    "reminder": gettext_lazy("mail to a patient"),
    "curve_notice": gettext_lazy("news of the healing curve"),
    "setup_mail": gettext_lazy("test email of the setup"),
    "sender_lost": gettext_lazy("sender address no longer usable"),
    "hand_over": gettext_lazy("courses handed over"),
    "account_notice": gettext_lazy("change to an account"),
    "member_refused": gettext_lazy("staff email address refused"),
    "endpoint_refused": gettext_lazy("webhook refused a message"),
}
MODELS: dict[str, Any] = {"membership": Membership, "patient": Patient, "endpoint": Endpoint}


class NamedList(ChangeList):
    """A page of the list with the names of the recipients: one query for each kind of recipient."""

    def get_results(self, request: HttpRequest) -> None:
        """Load the rows and the names."""
        super().get_results(request)
        rows: list[Message] = list(self.result_list)
        names = recipient_names(rows, seen_by=active_membership(request.user))
        for row in rows:
            row.recipient_name = names.get(row.recipient, "")  # type: ignore[attr-defined]
        self.result_list = rows


def recipient_names(messages: Iterable[Message], *, seen_by: Membership) -> dict[str, str]:
    """The names of recipients, by `recipient`; only those that the member may see."""
    keys: dict[str, set[int]] = {}
    for message in messages:
        kind, _colon, pk = message.recipient.partition(":")
        if kind in MODELS and pk.isdecimal():
            keys.setdefault(kind, set()).add(int(pk))
    names = {}
    for kind, pks in keys.items():
        rows = MODELS[kind].objects.visible_to(seen_by).filter(pk__in=pks)
        rows = rows.select_related("user") if kind == "membership" else rows
        names.update({f"{kind}:{row.pk}": picker_label(row) for row in rows})
    return names


class KindFilter(admin.SimpleListFilter):
    """Filters by the kind of message."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Every kind of message."""
        return list(KINDS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Messages of one kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Message)
class MessageAdmin(ClinicScopedAdmin):
    """The outbox: what was sent, what waits, what failed."""

    list_display = (
        "created_at",
        "kind_in_words",
        "recipient_in_words",
        "state",
        "due_at",
        "tries",
        "error_in_words",
    )
    list_filter = ("state", KindFilter)
    date_hierarchy = "created_at"
    list_per_page = 50
    # Most messages are sent at the first attempt, without an error to show.
    empty_value_display = ""
    empty_text = gettext_lazy("No mail yet: reminders, alerts and invitations appear here once they are due.")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Use the list with names."""
        return NamedList

    @admin.display(description=gettext_lazy("what"), ordering="kind")
    def kind_in_words(self, message: Message) -> str:
        """What the message is."""
        return str(KINDS.get(message.kind, message.kind))

    @admin.display(description=gettext_lazy("attempts"), ordering="n_attempts")
    def tries(self, message: Message) -> str:
        """The number of attempts, if there was more than one."""
        return _("tried %(n)d times") % {"n": message.n_attempts} if message.n_attempts > 1 else ""

    @admin.display(description=gettext_lazy("last error"), ordering="error")
    def error_in_words(self, message: Message) -> str:
        """Why it has not left."""
        return error_words(message.error)

    @admin.display(description=gettext_lazy("to"))
    def recipient_in_words(self, message: Any) -> str:
        """The recipient."""
        if message.channel == Message.Channel.WEBHOOK:
            return _("a webhook")
        return message.recipient_name or _("somebody you may not see")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Messages are created only by the events behind them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Messages are read-only."""
        return False
