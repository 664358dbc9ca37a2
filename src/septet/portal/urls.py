"""The addresses of the portal."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from septet.portal.views import articles, asking, home, requests, standing
from septet.surfaces.web import navigation

urlpatterns = [
    path("portal/", home.home),
    path("portal/ask/", asking.choose),
    path("portal/ask/<slug:kind>/", asking.ask),
    path("portal/suggestions/", articles.suggestions),
    path("portal/requests/", requests.requests),
    path("portal/requests/<str:number>/", requests.one),
    path("portal/requests/<str:number>/say/", requests.say_something),
    path("portal/requests/<str:number>/do/<slug:action>/", requests.do),
    path("portal/articles/", articles.articles),
    path("portal/articles/<str:number>/", articles.article),
    path("portal/services/", standing.services),
]

navigation.offer(_("Portal"), "/portal/", section=navigation.DAILY, icon="lifebuoy", may=lambda actor: True)
