"""Serving: a light client of TF Serving's API, and the start of a server that speaks it; no TensorFlow here."""

from pipeline.serving.client import ServingClient
from pipeline.serving.config import Protocol, ServerConfig, ServingConfig
from pipeline.serving.errors import FinalServingError, RetryableServingError, ServerStartError, ServingError
from pipeline.serving.launch import Engine, Running, serve
from pipeline.serving.rows import predict_file

__all__ = [
    "Engine",
    "FinalServingError",
    "Protocol",
    "RetryableServingError",
    "Running",
    "ServerConfig",
    "ServerStartError",
    "ServingClient",
    "ServingConfig",
    "ServingError",
    "predict_file",
    "serve",
]
