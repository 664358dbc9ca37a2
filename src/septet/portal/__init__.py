"""What people outside IT see: ask, follow, answer, read, and learn how the services stand."""
