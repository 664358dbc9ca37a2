"""Review templates: the questions of a sort of review, who attends it, and by which rule it decides."""
