from datetime import UTC, datetime
from typing import Any

from django.db import migrations, models
from django.db.models import F, OuterRef, Q, Subquery

CHUNK = 5000


def size_of(since: datetime, until: datetime) -> int:
    took = until - since
    return min(max(((took.days * 86_400 + took.seconds).bit_length() + 2) // 3, 4), 11)


def tell(apps: Any, schema_editor: Any) -> None:
    span, record = apps.get_model("kernel", "Span"), apps.get_model("kernel", "Record")
    alias = schema_editor.connection.alias
    opened = record.objects.using(alias).filter(pk=OuterRef("record_id")).values("opened_at")
    span.objects.using(alias).filter(since__lt=F("record__opened_at")).update(opened_at=Subquery(opened))
    # By plain SQL: there may be many millions.
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT id, since, until FROM span WHERE id > %s AND until IS NOT NULL ORDER BY id LIMIT %s",
                [last, CHUNK],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            last = rows[-1][0]
            ended = [(size_of(moment(since), moment(until)), pk) for pk, since, until in rows]
            cursor.executemany("UPDATE span SET size = %s WHERE id = %s", ended)


def moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0012_feed_queries"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="span", name="span_state"),
        migrations.RemoveIndex(model_name="span", name="span_team"),
        migrations.RemoveIndex(model_name="span", name="span_kind"),
        migrations.AddField(
            model_name="span",
            name="size",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="span",
            name="opened_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(tell, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="span",
            index=models.Index(fields=["kind", "state", "size", "since"], name="span_state"),
        ),
        migrations.AddIndex(
            model_name="span",
            index=models.Index(
                condition=Q(("team_id__isnull", False)), fields=["team_id", "kind", "size", "since"], name="span_team"
            ),
        ),
        migrations.AddIndex(
            model_name="span",
            index=models.Index(fields=["kind", "size", "since"], name="span_kind"),
        ),
        migrations.AddIndex(
            model_name="span",
            index=models.Index(
                condition=Q(("opened_at__isnull", False)), fields=["kind", "opened_at"], name="span_early"
            ),
        ),
    ]
