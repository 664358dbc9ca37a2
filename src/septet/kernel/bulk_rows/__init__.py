"""Rows in bulk: plain SQL with the columns of the models, many at a time."""
