"""Goals: what is measured, and that it is right."""
