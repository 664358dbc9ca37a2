"""A small organisation to look at: an insurance office of four offices, its IT, and what happened there lately."""
