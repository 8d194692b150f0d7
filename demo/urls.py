"""URL patterns that only a demo has."""

from django.urls import path

from demo.views import mail_list, mail_one

urlpatterns = [
    path("", mail_list, name="demo-mail"),
    path("<int:number>/", mail_one, name="demo-mail-one"),
]
