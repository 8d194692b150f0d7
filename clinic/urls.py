"""URL patterns."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from clinic import views
from clinic.headers import csp_report
from clinic.health.metrics import metrics
from clinic.health.views import healthz

handler500 = "courses.away.views.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("csp-report/", csp_report, name="csp-report"),
    path("clinic/switch/", views.switch_clinic, name="switch-clinic"),
    path("admin/", admin.site.urls),
    path("accounts/", include("clinic.account.urls")),
    path("", include("clinic.logo.urls")),
    path("", include("courses.dashboards.urls")),
    path("", include("courses.checkins.urls")),
    path("", include("courses.alerts.urls")),
    path("", include("courses.reminders.urls")),
]

if settings.DEMO:
    urlpatterns.append(path("demo/mail/", include("demo.urls")))
