"""The pages of the team: the board, goals, its role clusters, who answers for what, and proposals how to share it."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import Cluster
from septet.surfaces.web.navigation import offer
from septet.team.board import views as board
from septet.team.clusters import views as clusters
from septet.team.coverage import views as coverage
from septet.team.proposal import views as proposal

urlpatterns = [
    path("", board.board),
    path("team/first-steps/hide/", board.hide_first_steps),
    path("team/goals/", board.goals),
    path("team/clusters/", clusters.clusters),
    path("team/coverage/", coverage.coverage),
    path("team/proposal/", proposal.proposal),
]

offer(_("Role clusters"), "/team/clusters/", section=Cluster.TEAM)
offer(_("Coverage"), "/team/coverage/", section=Cluster.TEAM)
offer(_("Proposal"), "/team/proposal/", section=Cluster.TEAM)
