"""Pictures of a model's inside and gradients, on matplotlib's axes: the run report and TensorBoard show the same."""

from components.trainer.drawing.colors import Colors
from components.trainer.drawing.cosine_map import CosineMap, cosine_maps, cosine_size, plot_cosines
from components.trainer.drawing.gate_bars import gate_size, plot_gate
from components.trainer.drawing.heat_map import Heat, connection_heat, heat_size, plot_heat, route_heat, segment_heats
from components.trainer.drawing.pictures import Picture, pictures_of

__all__ = [
    "Colors",
    "CosineMap",
    "Heat",
    "Picture",
    "connection_heat",
    "cosine_maps",
    "cosine_size",
    "gate_size",
    "heat_size",
    "pictures_of",
    "plot_cosines",
    "plot_gate",
    "plot_heat",
    "route_heat",
    "segment_heats",
]
