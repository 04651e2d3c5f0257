"""TFX's Tuner, which leaves a record of the search besides."""

from __future__ import annotations

from typing import final

from tfx.components.tuner import component, executor
from tfx.dsl.components.base import executor_spec
from tfx.proto import trainer_pb2
from tfx.types import artifact_utils, channel
from tfx.types import standard_component_specs as keys
from typing_extensions import override

from components.artifacts import Artifacts, Properties
from components.example_gen.split import TRAIN
from components.trainer.plan import PLAN_KEY
from components.tuner.plan import SearchPlan
from components.tuner.record import write_search

__all__ = ["Executor", "SearchTuner"]

_TUNER_FN = "components.tuner.run.tuner_fn"


@final
class Executor(executor.Executor):
    """Writes `search.json` beside TFX's own table of trials."""

    @override
    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """See `BaseExecutor`."""
        tuner = executor.search(input_dict, exec_properties, self._get_tmp_dir(), print_tuning_summary=False)
        executor.write_best_hyperparameters(tuner, output_dict)
        write_search(tuner.record, artifact_utils.get_single_uri(output_dict[keys.TUNER_RESULTS_KEY]))


@final
class SearchTuner(component.Tuner):  # type: ignore[misc]  # TFX carries no types.
    """Searches for the values of a plan.

    Outputs:
        best_hyperparameters: `standard_artifacts.HyperParameters`, what the Trainer takes in place of declared values.
        tuner_results: `standard_artifacts.TunerResults`, with `search.json`.
    """

    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self, plan: SearchPlan, *, examples: channel.BaseChannel, transform_graph: channel.BaseChannel
    ) -> None:
        """Takes transformed examples.

        Args:
            plan: What is searched.
            examples: Transform's.
            transform_graph: Transform's.
        """
        super().__init__(
            examples=examples,
            transform_graph=transform_graph,
            tuner_fn=_TUNER_FN,
            train_args=trainer_pb2.TrainArgs(splits=[TRAIN]),
            eval_args=trainer_pb2.EvalArgs(splits=[plan.trainer.watched_split]),
            custom_config={PLAN_KEY: plan.to_json()},
        )
