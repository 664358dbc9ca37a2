"""The pages of the calendar, and its feeds for other programs."""
