"""The same pipeline on open-source Kubeflow."""
