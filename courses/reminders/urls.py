"""URL patterns of patients' mail."""

from django.urls import path

from courses.reminders.views import unsubscribe

urlpatterns = [path("u/<str:token>/", unsubscribe, name="unsubscribe")]
