"""Priority from impact and urgency, by an editable and dated matrix."""
