"""Two exported models compared on rows of files, as the pipeline's gate compares them, but outside a pipeline."""
