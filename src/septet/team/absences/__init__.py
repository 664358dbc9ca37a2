"""Absences: who is away, and who has their rights and answers for them meanwhile."""
