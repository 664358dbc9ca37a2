"""Checklists: the tasks that an event asks for each time it happens."""
