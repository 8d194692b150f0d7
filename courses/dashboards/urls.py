"""URL patterns of the dashboard."""

from django.urls import path

from courses.dashboards.views import dashboard, quality

urlpatterns = [
    path("dashboard/", dashboard, name="dashboard"),
    path("dashboard/curve/", quality, name="curve-quality"),
]
