"""The command line: every registered type from a terminal."""
