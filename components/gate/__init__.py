"""Whether a candidate may replace what serves: a policy applied to a comparison, with the reasons."""
