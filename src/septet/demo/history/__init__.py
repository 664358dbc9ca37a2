"""What happened in fourteen months: the lives of incidents, contacts, changes and tasks, drawn by a seeded chance."""
