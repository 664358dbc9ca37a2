from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0011_token_scopes"),
    ]

    operations = [
        migrations.AddField(
            model_name="token",
            name="query",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
    ]
