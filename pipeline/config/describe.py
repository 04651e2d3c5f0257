"""A checked configuration in a few lines of text."""

from __future__ import annotations

import dataclasses
import glob

from components.example_gen.split import split_names
from components.trainer.settings import CheckpointRule
from models.binding import unbind
from models.heads import HeadConfig, Ranking
from models.ranking import RankingLossConfig
from models.relations import RelationConfig
from models.signals import Position, Reconstruction, SignalConfig
from models.tasks import Output
from pipeline.config.config import PipelineConfig
from pipeline.config.describe_fusion import fusion_lines, tune_lines
from pipeline.config.describe_gate import gate_lines
from pipeline.config.describe_search import search_lines

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
        *_lists(config),
        f"model: {config.model.architecture.name}, {_epochs(config)}",
        *(["warm start: from the model that serves"] if config.training.warm_start is not None else []),
        *search_lines(config),
        *fusion_lines(config.fusion),
        *tune_lines(config.fusion_tune, config.fusion),
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
    what = " x ".join(output.chain) if output.is_product else task.prefer or task.label
    where = f"on positives of {output.space[-1]}" if output.space else "on every row"
    kind = output.kind
    named = f"ranking by {_declared(kind.loss)}" if isinstance(kind, Ranking) else _declared(kind)
    parts = [named, what, where]
    if not output.is_product:
        parts += [f"by {_declared(task.how)}"] if task.how is not None else []
        parts += [f"{task.kept_negatives:g} of negatives kept"] if task.kept_negatives < 1 else []
        parts += [f"known {task.matures_after} after its event"] if task.matures_after is not None else []
        parts += [f"serves {output.name}_{suffix} too" for suffix in kind.suffixes]
    return f"  {output.name}: {', '.join(parts)}"


def _signal(signal: SignalConfig) -> str:
    if isinstance(signal, Position):
        what = f" of {', '.join(signal.tasks)} by {signal.input}, in training alone"
    elif isinstance(signal, Reconstruction):
        what = f" of {', '.join(signal.inputs)}"
    else:
        what = "" if signal.item is None else f", corrected for how often each {signal.item} comes"
    trained = "" if isinstance(signal, Position) else f", trained with loss_weight {signal.loss_weight:g}"
    return f"  beside: {signal.name}, {signal.kind}{what}{', observed' if signal.observed else trained}"


def _lists(config: PipelineConfig) -> list[str]:
    """How rows come together whose order is learnt."""
    column, training = config.graph.list_column, config.training
    if column is None:
        return []
    longest = training.batch_size if training.list_limit is None else training.list_limit
    return [f"lists: rows of one {column} stay together; those of more than {longest} are dealt into parts each epoch"]


def _declared(chosen: HeadConfig | RelationConfig | RankingLossConfig) -> str:
    """Its name, and what is not as by default."""
    plain = unbind(chosen)
    others = [field for field in dataclasses.fields(chosen) if field.name != "name"]
    shown = [f"{field.name}: {plain[field.name]}" for field in others if getattr(chosen, field.name) != field.default]
    return f"{chosen.name} ({', '.join(shown)})" if shown else chosen.name
