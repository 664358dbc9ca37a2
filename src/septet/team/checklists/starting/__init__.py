"""Checklists at work: started on a record, moved with its event, and how far they are."""
