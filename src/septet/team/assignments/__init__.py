"""Assignments: who does or answers for what, where, from when to when, and the rights that follow from it."""
