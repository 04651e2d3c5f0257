"""The fusion weights of what serves: shown, judged by the gate, and set."""
