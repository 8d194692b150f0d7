"""URL patterns of the check-in."""

from django.urls import path

from courses.checkins.views import check_in

urlpatterns = [path("c/<str:token>/", check_in, name="check-in")]
