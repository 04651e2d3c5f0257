"""What a configuration's model must beat, trained on the rows of its last run and judged beside it."""
