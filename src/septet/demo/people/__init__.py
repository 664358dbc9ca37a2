"""The people of the demo: those of IT with their places in it, and those they work for."""
