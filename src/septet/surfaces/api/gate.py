"""The short way in for programs."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from septet.surfaces.api.calls import ROOT


class ShortWay:
    """Answers requests to the API that carry a token, before all that only pages need: sessions, messages, forms."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_AUTHORIZATION" not in request.META or not request.path_info.startswith(f"{ROOT}/"):
            return self.get_response(request)
        match = resolve(request.path_info)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response
