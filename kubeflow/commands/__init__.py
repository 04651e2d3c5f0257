"""The commands of `evenkeel kubeflow`, each in a module of its own name."""
