"""What the Team Model says of its seven role clusters, in our words."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import Cluster


@dataclass(frozen=True)
class RoleCluster:
    """A role cluster. `goal`: its quality goal; `raises`: the changes that it may ask for; `quadrants`: where in the
    process model it acts first of all; `role`: the usual role of whoever is accountable for it."""

    key: Cluster
    label: Any
    goal: Any
    mission: Any
    activities: tuple[Any, ...]
    measures: tuple[Any, ...]
    raises: Any
    quadrants: Any
    role: str = "agent"


ROLE_CLUSTERS: dict[Cluster, RoleCluster] = {
    one.key: one
    for one in (
        RoleCluster(
            Cluster.RELEASE,
            _("Release"),
            _("Release and change are under control, and we know exactly what services and systems we have."),
            _("The link between those who build and those who run: what goes live is known, wanted and reversible."),
            (
                _("Leads changes and releases from the request to the review."),
                _("Keeps the configuration database, baselines and audits; knows the value of what we have."),
                _("Keeps approved software, distributes it, and keeps licences in order."),
                _("Keeps the knowledge base of changes and lessons learned."),
            ),
            (
                _("Change success %"),
                _("Emergency changes %"),
                _("Incidents caused by change"),
                _("Accuracy of the configuration database %"),
                _("Releases on time %"),
                _("Licence compliance %"),
            ),
            _("Changes of the systems and processes of change, configuration and release themselves."),
            _("Changing"),
            role="change-manager",
        ),
        RoleCluster(
            Cluster.INFRASTRUCTURE,
            _("Infrastructure"),
            _("Rooms, systems and tools are managed efficiently, and there is enough of them for years to come."),
            _("Plans and builds the ground on which all services stand."),
            (
                _("Develops the architecture and chooses building blocks and standards."),
                _("Plans capacity, space, cost and long-range resources."),
                _("Keeps standard images and builds; does moves, wiring and user connections."),
                _("Runs test and development laboratories."),
            ),
            (
                _("Capacity headroom %"),
                _("Error of forecasts %"),
                _("Standards compliance %"),
                _("Budget variance %"),
                _("Moves done right first time %"),
                _("Time to connect a user"),
            ),
            _("New or better systems and infrastructure."),
            _("Optimizing"),
        ),
        RoleCluster(
            Cluster.SUPPORT,
            _("Support"),
            _("Customers get good help in time, from people who care."),
            _("Sees to it that people can work, and learns from every time they could not."),
            (
                _("First contact for everybody, inside and outside."),
                _("Solves incidents by priority and business impact, and escalates in time."),
                _("Finds the problems behind incidents and has them removed."),
                _("Gives what it learns back to development and design."),
            ),
            (
                _("First-contact resolution %"),
                _("Time to resolve by priority"),
                _("Response and resolution as agreed %"),
                _("Age of the backlog"),
                _("Reopened %"),
                _("Customer satisfaction"),
            ),
            _("What helps to resolve incidents and problems; changes of the desk."),
            _("Supporting"),
        ),
        RoleCluster(
            Cluster.OPERATIONS,
            _("Operations"),
            _("Daily running is predictable, repeatable and automated."),
            _("Keeps everything running day after day, by procedure."),
            (
                _("Runs jobs, backup, archiving, storage and output by schedule."),
                _("Watches services, systems and event logs."),
                _("Runs messaging, databases, networks, file and print servers."),
                _("Measures availability and keeps operating level agreements."),
            ),
            (
                _("Availability %"),
                _("Mean time between failures, and to repair"),
                _("Jobs on time %"),
                _("Backups and restore tests that worked %"),
                _("Alerts that meant nothing %"),
                _("Automation %"),
            ),
            _("What affects or improves day-to-day running."),
            _("Operating"),
        ),
        RoleCluster(
            Cluster.PARTNER,
            _("Partner"),
            _("Partners and suppliers work with us efficiently, at a fair price and to the benefit of both sides."),
            _("Makes those outside a part of the team, and holds both sides to what they agreed."),
            (
                _("Keeps an account manager for each partner, with terms, cost and the details of the work."),
                _("Keeps maintenance contracts and agreements with those who supply, host or run things for us."),
                _("Measures partners against their agreements and reviews them."),
            ),
            (
                _("Agreements met %"),
                _("Breaches by supplier"),
                _("Contracts reviewed on time %"),
                _("Spend variance %"),
                _("Lead time of renewals"),
            ),
            _("Changes of partners that touch our systems."),
            _("All four"),
        ),
        RoleCluster(
            Cluster.SECURITY,
            _("Security"),
            _("What the organisation owns is protected, access is authorised, and we are prepared for emergencies."),
            _("Keeps information confidential, true and there for those who may have it."),
            (
                _("Classifies, sets policy and checks that it is kept."),
                _("Controls access and protects networks and systems."),
                _("Notices attacks and answers them."),
                _("Sees to exit procedures; keeps and exercises contingency plans."),
            ),
            (
                _("Controls that work %"),
                _("Leavers without access in time %"),
                _("Patch and virus protection coverage %"),
                _("Time to detect and to contain"),
                _("Overdue findings"),
                _("Plans exercised %"),
            ),
            _("Changes of security processes, authentication and network protection."),
            _("All four"),
        ),
        RoleCluster(
            Cluster.SERVICE,
            _("Service"),
            _("The services on offer are those that the business needs."),
            _("Speaks for the customer, and answers for what a service is worth from end to end."),
            (
                _("Defines services and keeps the service catalogue."),
                _("Agrees, measures and reviews service levels."),
                _("Knows the customers' business, their satisfaction and their wishes."),
                _("Leads introduction, improvement, reduction and retirement of services."),
            ),
            (
                _("Agreements met %"),
                _("Services with an agreement %"),
                _("Completeness of the catalogue %"),
                _("Customer satisfaction"),
                _("Services reviewed on time %"),
            ),
            _("New requirements on service levels, improvement projects, strategy."),
            _("Optimizing"),
            role="manager",
        ),
    )
}
