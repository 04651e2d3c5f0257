"""The node that stops a run whose rows depart from the schema: ExampleValidator alone stops nothing."""

import os

from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx.dsl.component.experimental.annotations import InputArtifact
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.io import fileio
from tfx.types import artifact_utils, standard_artifacts

from components.data_check.anomalies import ANOMALIES_FILE, check_no_anomalies
from components.data_check.declared_schema import DeclaredSchema

__all__ = ["AnomalyStop", "DeclaredSchema"]


@component
def AnomalyStop(anomalies: InputArtifact[standard_artifacts.ExampleAnomalies]) -> None:
    """Raises `UnusableInputError` with a table if any split has an anomaly; what must not run then comes after it.

    Args:
        anomalies: What ExampleValidator found.
    """
    by_split = {}
    for split in artifact_utils.decode_split_names(anomalies.split_names):
        folder = artifact_utils.get_split_uri([anomalies], split)
        with fileio.open(os.path.join(folder, ANOMALIES_FILE), "rb") as stream:
            by_split[split] = anomalies_pb2.Anomalies.FromString(stream.read())
    check_no_anomalies(by_split)
