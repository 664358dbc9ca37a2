"""How articles appear."""

from typing import Any, ClassVar

from django.db.models import Q

from septet.kernel.registry import Cluster, RecordType, State, States, final, register
from septet.release.articles.models import Article, Audience


@register
class ArticleType(RecordType):
    """An article."""

    model, prefix = Article, "ART"
    cluster = Cluster.RELEASE
    states = States(State("in-progress", "Work in progress"), "not-validated", "validated", final("archived"))
    columns = ("number", "title", "type", "state", "audience", "owner", "review_at", "updated_at")
    filters = ("state", "type", "audience", "owner", "team", "service", "reviewer", "review_at")
    hidden = ("priority", "due_at", "requester")
    internal = ("extra",)
    personal = ("title", "question", "body")
    open_to_all = Q(state="validated", audience__in=[Audience.PUBLIC, Audience.CUSTOMER])
    is_work = False
    example: ClassVar[dict[str, Any]] = {
        "title": "Share a folder",
        "question": "How do I let a colleague see my folder?",
        "body": "Open the folder's menu, choose **Share**, and pick the person.",
        "audience": "customer",
    }
