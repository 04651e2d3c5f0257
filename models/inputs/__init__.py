"""What a model reads: declared inputs, and the layer that embeds them."""

from models.inputs.spec import Combiner, DenseInput, EmbeddingInput, Input

__all__ = ["Combiner", "DenseInput", "EmbeddingInput", "Input"]
