"""Addresses of the dashboard."""

from django.urls import path

from courses.dashboards.views import dashboard

urlpatterns = [path("dashboard/", dashboard, name="dashboard")]
