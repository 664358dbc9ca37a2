"""A request of somebody who is signed in, with what every view asks of it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from septet.kernel.actors import Actor
from septet.kernel.models import Account


class Asked(HttpRequest):
    """A request inside `pages.page`: who asks, and the request id under which what it changes is journaled."""

    user: Account
    actor: Actor
    htmx: HtmxDetails
    id: str
