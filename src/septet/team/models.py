"""Every table of the team module; Django finds them through this file."""

from septet.team.absences.models import Absence
from septet.team.assignments.models import Assignment
from septet.team.checklists.models import Checklist, ChecklistLine, StartedChecklist
from septet.team.goals.models import Correction, Course, DayValue, Dirty, Goal, GoalTarget, Looked, PeriodValue
from septet.team.people.models import FunctionTeam, Organisation, Person
from septet.team.priorities.models import PriorityCell, PriorityMatrix
from septet.team.reviews.models import Review, ReviewEvidence, ReviewItem, ReviewMember
from septet.team.reviews.templates.models import ReviewTemplate
from septet.team.rules.models import CombinationRule, Waiver
from septet.team.skills.models import NeededSkill, PersonSkill, Skill
from septet.team.tasks.models import Task
from septet.team.virtual_teams.models import Contact, VirtualMember, VirtualTeam

__all__ = [
    "Absence",
    "Assignment",
    "Checklist",
    "ChecklistLine",
    "CombinationRule",
    "Contact",
    "Correction",
    "Course",
    "DayValue",
    "Dirty",
    "FunctionTeam",
    "Goal",
    "GoalTarget",
    "Looked",
    "NeededSkill",
    "Organisation",
    "PeriodValue",
    "Person",
    "PersonSkill",
    "PriorityCell",
    "PriorityMatrix",
    "Review",
    "ReviewEvidence",
    "ReviewItem",
    "ReviewMember",
    "ReviewTemplate",
    "Skill",
    "StartedChecklist",
    "Task",
    "VirtualMember",
    "VirtualTeam",
    "Waiver",
]
