"""A class's loss comes from probabilities and a label that is one of its classes, or from nothing."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFMA takes long, and warns of itself.


def of(labels, *predictions):
    import tfx  # noqa: F401  # On Python 3.11 TFMA lacks names until tfx puts stand-ins there.

    from components.evaluator.batches import losses_and_hits

    return losses_and_hits(np.array(labels, np.float64), [np.array(given) for given in predictions])


def test_losses_and_hits_by_hand():
    losses, hits = of([0, 2], [[0.5, 0.25, 0.25], [0.7, 0.2, 0.1]], [[0.2, 0.6, 0.2], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(losses, [np.log([2, 10]), [np.log(5), 0]])
    assert hits.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("scores", [[9.0, 9.0, 9.0], [-1.0, 1.0, 1.0], [0.5, 0.5, 0.5], [np.nan, 0.5, 0.5]], ids=str)
def test_scores_that_are_no_probabilities_have_no_loss(scores):
    losses, hits = of([1, 1], [scores, [0.2, 0.6, 0.2]])
    assert np.isnan(losses).tolist() == [[True, False]]
    assert hits.tolist() == [[0, 1]]


@pytest.mark.parametrize("label", [-1, 3, 7, 0.5])
def test_a_label_that_is_no_class_has_no_loss(label):
    losses, hits = of([label, 0], [[0.1, 0.1, 0.8]] * 2)
    assert np.isnan(losses).tolist() == [[True, False]]
    assert hits.tolist() == [[0, 0]]
