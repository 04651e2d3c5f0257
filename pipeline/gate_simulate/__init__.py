"""What a gate can tell before it is switched on: how often it passes an equal model and stops a worse one."""

from pipeline.gate_simulate.config import PowerConfig
from pipeline.gate_simulate.power import Power, TaskPower, power_of

__all__ = ["Power", "PowerConfig", "TaskPower", "power_of"]
