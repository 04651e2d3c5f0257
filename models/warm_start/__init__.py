"""Training that goes on from an earlier model: weights by name, embedding rows by vocabulary entry, slots with both."""
