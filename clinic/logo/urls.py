"""The address of a logo."""

from django.urls import path

from clinic.logo.views import logo

urlpatterns = [path("logo/<uuid:key>.png", logo, name="logo")]
