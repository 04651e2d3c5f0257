"""Fusion weights of what serves: judged on the rows that the Evaluator kept, and put beside the model anew."""
