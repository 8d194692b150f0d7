"""URL patterns of the alert pages."""

from django.urls import path

from courses.alerts.views import acknowledge_alert

urlpatterns = [path("a/<str:token>/", acknowledge_alert, name="acknowledge-alert")]
