"""Reviews: the management's regular look at a release, a change, the operation or an agreement, and what it decides."""
