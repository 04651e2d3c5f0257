import dataclasses

import pytest

from pipeline.report.sections.verdict import FIRST_REASONS, VerdictSection


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (FIRST_REASONS + 1, FIRST_REASONS + 1), (9, FIRST_REASONS)])
def test_the_first_reasons_stand_there_and_the_others_are_opened(run, number, shown):
    section = VerdictSection.of(run)
    reasons = tuple(f"Reason {place}." for place in range(number))
    section = dataclasses.replace(section, verdict=dataclasses.replace(section.verdict, reasons=reasons))
    assert (len(section.first), section.first + section.rest) == (shown, reasons)
