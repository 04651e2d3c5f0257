"""The node between Evaluator and Pusher: what it does not bless is not pushed."""

from tfx.components.evaluator import constants
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts

from components.comparison.stored import COMPARISON_FILE, parse_comparison
from components.gate.artifacts import GateReportArtifact
from components.gate.decide import decide
from components.gate.policy import Policy
from components.gate.report import REPORT_FILE, report_to_json
from components.parity.artifacts import ParityReportArtifact
from components.parity.report import REPORT_FILE as PARITY_FILE
from components.parity.report import parse_parity
from components.shift.artifacts import ShiftReportArtifact
from components.shift.report import REPORT_FILE as SHIFT_FILE
from components.shift.report import parse_shift
from components.texts import read_text, write_text

__all__ = ["REASON_KEY", "STATUS_KEY", "TaskGate"]

STATUS_KEY = "status"
REASON_KEY = "reason"


@component
def TaskGate(
    evaluation: InputArtifact[standard_artifacts.ModelEvaluation],
    model: InputArtifact[standard_artifacts.Model],
    blessing: OutputArtifact[standard_artifacts.ModelBlessing],
    report: OutputArtifact[GateReportArtifact],
    policy: Parameter[str],
    code: Parameter[str] = "",
    parity: InputArtifact[ParityReportArtifact] = None,
    shift: InputArtifact[ShiftReportArtifact] = None,
) -> None:
    """Blesses a model or does not, by a policy, and says why; either way the run goes on to its end.

    Args:
        evaluation: Holds `comparison.json`. Without a readable one the node fails, and nothing is blessed.
        model: The candidate.
        blessing: Gets `blessed`, 1 or 0, the candidate's id and folder, by which TFX finds the latest blessed model,
            `status` and `reason`; and an empty file, `BLESSED` or `NOT_BLESSED`.
        report: Gets `gate_report.json`, and the same three properties.
        policy: A `Policy` as JSON.
        code: Fingerprint of the code that decides: with other code the node runs again.
        parity: Whether the export is the trained model; without it nobody asks. Holds `parity_report.json`.
        shift: How far columns moved; without it nobody asks. Holds `shift_report.json`.
    """
    answer = decide(
        Policy.from_json(policy),
        parse_comparison(read_text(evaluation.uri, COMPARISON_FILE)),
        parity=None if parity is None else parse_parity(read_text(parity.uri, PARITY_FILE)),
        shift=None if shift is None else parse_shift(read_text(shift.uri, SHIFT_FILE)),
    )
    blessed = constants.BLESSED_VALUE if answer.blessed else constants.NOT_BLESSED_VALUE
    for artifact in (blessing, report):
        artifact.set_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY, blessed)
        artifact.set_string_custom_property(STATUS_KEY, answer.status.value)
        artifact.set_string_custom_property(REASON_KEY, answer.reason)
    blessing.set_string_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_URI_KEY, model.uri)
    blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY, model.id)
    flag = constants.BLESSED_FILE_NAME if answer.blessed else constants.NOT_BLESSED_FILE_NAME
    write_text(report.uri, REPORT_FILE, report_to_json(answer))
    write_text(blessing.uri, flag, "")
