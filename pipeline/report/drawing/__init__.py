"""Pictures of a report: matplotlib figures as inline SVG that follow the page's colours."""

from pipeline.report.drawing.svg import figure, inline_svg

__all__ = ["figure", "inline_svg"]
