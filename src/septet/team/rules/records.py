"""How combination rules and waivers appear."""

from typing import Any, ClassVar

from septet.kernel.errors import Invalid
from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, States, final, register
from septet.team.rules.models import CombinationRule, Verdict, Waiver


@register
class CombinationRuleType(RecordType):
    """A combination rule."""

    model, prefix = CombinationRule, "RULE"
    cluster = Cluster.TEAM
    states = States("in-force", final("retired"))
    columns = (
        "number", "title", "first_cluster", "first_role", "second_cluster", "second_role", "verdict", "valid_from",
        "state",
    )  # fmt: skip
    filters = ("state", "verdict", "first_cluster", "second_cluster", "first_role", "second_role")
    hidden = ("priority", "requester", "customer", "due_at", "service", "site", "team", "confidentiality")
    personal = ()
    optional = ("title", "valid_from")
    create_verb = edit_verb = Verb.MANAGE
    is_work = False
    governs = True
    order = "title"
    example: ClassVar[dict[str, Any]] = {
        "title": "Release and Security",
        "first_cluster": "release",
        "second_cluster": "security",
        "verdict": "not-recommended",
        "reason": "The one who is controlled would be the one who controls.",
    }

    def settle(self, record: CombinationRule, before: dict[str, Any] | None, now: Any) -> None:
        if before is None:
            record.valid_from = getattr(record, "valid_from", None) or now
        problems = {}
        for side in ("first", "second"):
            if not (getattr(record, f"{side}_cluster") or getattr(record, f"{side}_role")):
                problems[f"{side}_cluster"] = "Name a role cluster or a role."
        if record.verdict == Verdict.CAUTION and not record.control.strip():
            problems["control"] = "A caution needs a control that makes up for it."
        if record.valid_to is not None and record.valid_to <= record.valid_from:
            problems["valid_to"] = "The end must come after the beginning."
        if problems:
            raise Invalid(fields=problems)
        if not record.title:
            record.title = " and ".join(_side(record, side) for side in ("first", "second"))


def _side(record: CombinationRule, side: str) -> str:
    words = (getattr(record, f"{side}_cluster"), getattr(record, f"{side}_role"))
    return " ".join(one for one in words if one).replace("-", " ").capitalize()


@register
class WaiverType(RecordType):
    """A waiver."""

    model, prefix = Waiver, "WVR"
    cluster = Cluster.TEAM
    states = States("requested", "approved", final("declined"), final("expired"), final("revoked"))
    columns = ("number", "title", "person", "rule", "starts_at", "ends_at", "approved_by", "state")
    filters = ("state", "person", "rule", "approved_by")
    hidden = ("priority", "requester", "customer", "due_at", "service", "site", "team", "confidentiality")
    personal = ("title", "reason", "control")
    required = ("person", "rule")
    optional = ("title", "starts_at")
    create_verb = edit_verb = Verb.MANAGE
    is_work = False
    about_people = True
    importable = False
    example: ClassVar[dict[str, Any]] = {
        "title": "One person for Release and Security until the new colleague comes",
        "person": "@person",
        "rule": "@combination-rule",
        "ends_at": "2035-06-30T00:00:00Z",
        "control": "The IT manager reviews every change once a week.",
        "reason": "Nobody else knows the firewall.",
    }

    def settle(self, record: Waiver, before: dict[str, Any] | None, now: Any) -> None:
        if before is None:
            record.starts_at = getattr(record, "starts_at", None) or now
        elif before["state"] != "requested":
            fixed = ("person", "rule", "starts_at", "ends_at", "control", "reason")
            changed = [name for name in fixed if self.fields[name].plain(self.fields[name].get(record)) != before[name]]
            if changed:
                raise Invalid(fields=dict.fromkeys(changed, "This was decided on; ask for another waiver."))
        if record.ends_at <= record.starts_at:
            raise Invalid(fields={"ends_at": "The end must come after the beginning."})
        if not record.title and record.rule is not None:
            record.title = record.rule.title
