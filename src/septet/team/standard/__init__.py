"""The standard Team Model as records: skills, function teams, rules, review templates and
checklists with which an organisation begins."""
