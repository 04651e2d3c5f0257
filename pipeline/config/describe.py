"""A checked configuration in a few lines of text."""

from __future__ import annotations

import dataclasses
import glob

from components.example_gen.split import split_names
from components.trainer.settings import CheckpointRule
from models.binding import unbind
from models.heads import HeadConfig
from models.relations import RelationConfig
from models.signals import Position, SignalConfig
from models.tasks import Output
from pipeline.config.config import PipelineConfig
from pipeline.config.describe_fusion import fusion_lines
from pipeline.config.describe_gate import gate_lines

__all__ = ["describe"]


def describe(config: PipelineConfig) -> str:
    """What will be read, predicted, trained and served."""
    files = glob.glob(config.data.local_pattern)
    found = f"{len(files)} file(s)" if files else "no file there yet, so its columns were not checked"
    lines = [
        f"{config.name}: the configuration is valid.",
        f"data: {config.data.local_pattern} ({found})",
        f"inputs: {len(config.served_features)} features of {len(config.input_columns)} columns",
        *([f"days: {_days(config)}"] if config.data.has_date else []),
        f"splits: {', '.join(split_names(config.data.split))}",
        "outputs:",
        *(_output(config, output) for output in config.graph.outputs),
        f"losses: {', '.join(loss.name for loss in config.trained_graph.losses)}",
        *(_signal(signal) for signal in config.signals),
        f"model: {config.model.architecture.name}, {_epochs(config)}",
        *(["warm start: from the model that serves"] if config.training.warm_start is not None else []),
        *fusion_lines(config.fusion),
        *gate_lines(config),
        f"pushed to: {config.serving_directory}",
    ]
    return "\n".join(lines)


def _days(config: PipelineConfig) -> str:
    data = config.data
    newest = "the run's date" if data.run_date is None else data.run_date
    return f"all up to {newest}" if data.window_days is None else f"{data.window_days}, the newest {newest}"


def _epochs(config: PipelineConfig) -> str:
    training = config.training
    if training.keep is CheckpointRule.LAST:
        return f"epoch {training.epochs} of {training.epochs}"
    return f"the epoch of {training.epochs} at most that {training.keep.value} chooses on {config.watched_split}"


def _output(config: PipelineConfig, output: Output) -> str:
    task = config.graph.by_name[output.task]
    what = " x ".join(output.chain) if output.is_product else task.label
    where = f"on positives of {output.space[-1]}" if output.space else "on every row"
    parts = [_declared(output.kind), what, where]
    if not output.is_product:
        parts += [f"by {_declared(task.how)}"] if task.how is not None else []
        parts += [f"{task.kept_negatives:g} of negatives kept"] if task.kept_negatives < 1 else []
        parts += [f"known {task.matures_after} after its event"] if task.matures_after is not None else []
        parts += [f"serves {output.name}_{suffix} too" for suffix in output.kind.suffixes]
    return f"  {output.name}: {', '.join(parts)}"


def _signal(signal: SignalConfig) -> str:
    of = f" of {', '.join(signal.tasks)} by {signal.input}, in training alone" if isinstance(signal, Position) else ""
    return f"  beside: {signal.name}, {signal.kind}{of}{', observed' if signal.observed else ''}"


def _declared(chosen: HeadConfig | RelationConfig) -> str:
    """Its name, and what is not as by default."""
    plain = unbind(chosen)
    others = [field for field in dataclasses.fields(chosen) if field.name != "name"]
    shown = [f"{field.name}: {plain[field.name]}" for field in others if getattr(chosen, field.name) != field.default]
    return f"{chosen.name} ({', '.join(shown)})" if shown else chosen.name
