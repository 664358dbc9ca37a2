"""The team module as a Django app."""

from django.apps import AppConfig


class TeamConfig(AppConfig):
    """People, tasks, goals: what all role clusters share."""

    name = "septet.team"
    label = "team"

    def ready(self) -> None:
        """Check what clusters declare to be measured; the kernel has loaded every declaration by now."""
        from septet.kernel import checks
        from septet.kernel.clocks import background as clocks
        from septet.kernel.reference import more_pages
        from septet.team.goals import checking, following, reference
        from septet.team.goals.courses import check_ends
        from septet.team.goals.indicators import check_indicators

        check_ends()
        check_indicators()
        more_pages["indicators.md"] = reference.page
        checks.declared.append(checking.check)
        clocks.listeners.append(following.clocks_changed)
