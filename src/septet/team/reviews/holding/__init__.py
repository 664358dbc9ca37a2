"""A review at work: prepared, held, decided, written down, followed up."""
