"""Which of the three problems of balancing a run has: magnitude, velocity, direction."""

from pipeline.report.balance.finding import Finding, Offer, State
from pipeline.report.balance.overall import findings_of, overall_sentence

__all__ = ["Finding", "Offer", "State", "findings_of", "overall_sentence"]
