"""What runs, in order: configuration, graph, local run, serving, report."""
