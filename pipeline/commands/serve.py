"""`evenkeel serve`: serves what a pipeline pushed."""

from __future__ import annotations

import contextlib
import pathlib

import click

from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import load_config
from pipeline.quiet import muted_stderr
from pipeline.serving import Engine, Running, ServerConfig, serve

__all__ = ["command"]


@click.command("serve")
@CONFIG_ARGUMENT
@SET_OPTION
@click.option("--grpc-port", default=8500, show_default=True, help="Port of TF Serving's gRPC API; 0 picks a free one.")
@click.option("--rest-port", default=8501, show_default=True, help="Port of TF Serving's REST API; 0 picks a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Interface of the embedded server.")
@click.option(
    "--engine",
    type=click.Choice([engine.value for engine in Engine]),
    default=Engine.AUTO.value,
    show_default=True,
    help="auto takes tensorflow_model_server when it is on the PATH, else the embedded server.",
)
@click.pass_obj
def command(
    verbose: bool, config: str, overrides: tuple[str, ...], grpc_port: int, rest_port: int, host: str, engine: str
) -> None:
    """Serves the newest version that CONFIG pushed, and every newer one, until it is stopped."""
    checked = load_config(config, overrides)
    server = ServerConfig(
        model_name=checked.name,
        model_base_path=pathlib.Path(checked.serving_directory),
        grpc_port=grpc_port,
        rest_port=rest_port,
        host=host,
    )
    with contextlib.ExitStack() as stack:
        if not verbose:
            stack.enter_context(muted_stderr())
        serve(server, engine=Engine(engine), on_start=lambda running: _started(running, stack))


def _started(running: Running, stack: contextlib.ExitStack) -> None:
    stack.close()  # The libraries have loaded: from here on errors are shown.
    version = f"version {running.version}" if running.version is not None else "the newest version"
    click.echo(f"{running.engine.value} serves {version}: gRPC {running.grpc_endpoint}, REST {running.rest_endpoint}")
