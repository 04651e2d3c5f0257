"""The sections of the page, in its order; each has a template of its key."""

from typing import Final

from pipeline.report.sections.baselines import BaselinesSection
from pipeline.report.sections.configuration import ConfigurationSection
from pipeline.report.sections.curves import CurvesSection
from pipeline.report.sections.fusion import FusionSection
from pipeline.report.sections.fusion_tuning import FusionTuningSection
from pipeline.report.sections.gate import GateSection
from pipeline.report.sections.gates import GatesSection
from pipeline.report.sections.gradients import GradientsSection
from pipeline.report.sections.metrics import MetricsSection
from pipeline.report.sections.rows import RowsSection
from pipeline.report.sections.search import SearchSection
from pipeline.report.sections.section import Section
from pipeline.report.sections.skew import SkewSection
from pipeline.report.sections.tasks import TasksSection
from pipeline.report.sections.timing import TimingSection
from pipeline.report.sections.training import TrainingSection
from pipeline.report.sections.verdict import VerdictSection
from pipeline.report.sections.warm_start import WarmStartSection

__all__ = ["SECTIONS", "Section"]

SECTIONS: Final[dict[str, type[Section]]] = {
    "verdict": VerdictSection,
    "gate": GateSection,
    "metrics": MetricsSection,
    "baselines": BaselinesSection,
    "curves": CurvesSection,
    "tasks": TasksSection,
    "fusion": FusionSection,
    "fusion_tuning": FusionTuningSection,
    "training": TrainingSection,
    "search": SearchSection,
    "warm_start": WarmStartSection,
    "gates": GatesSection,
    "gradients": GradientsSection,
    "rows": RowsSection,
    "skew": SkewSection,
    "timing": TimingSection,
    "configuration": ConfigurationSection,
}
