"""The seeded data set on which speed is measured: who, what and what happened, in any size."""
