"""Single-task models that are hard to beat on small tables, fitted on the raw columns that a configuration reads."""

from __future__ import annotations

from typing import Final

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from benchmarks.run_rows import Rows

__all__ = ["boosting_scores", "logistic_scores"]

_MAX_CATEGORIES: Final = 250  # Histogram gradient boosting takes 255 bins: the rarest values share one.
_SEED: Final = 0


def logistic_scores(train: Rows, evaluated: Rows, *, labels: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Scores of a logistic regression on one-hot categories and scaled numbers, a missing number marked.

    Args:
        train: Rows to fit on.
        evaluated: Rows to score.
        labels: `[places]`, 0 or 1.
        places: The train rows that are fitted on.

    Returns:
        `[evaluated rows]`.
    """
    numbers = make_pipeline(SimpleImputer(add_indicator=True, keep_empty_features=True), StandardScaler())
    encoder = ColumnTransformer(
        [
            ("numbers", numbers, list(range(len(train.numbers)))),
            ("texts", OneHotEncoder(handle_unknown="ignore"), _text_places(train)),
        ],
        sparse_threshold=1.0,
    )
    model = make_pipeline(encoder, LogisticRegression(max_iter=2_000))
    model.fit(_table(train)[places], labels)
    return model.decision_function(_table(evaluated))


def boosting_scores(train: Rows, evaluated: Rows, *, labels: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Scores of histogram gradient boosting with native categories; arguments as for `logistic_scores`."""
    texts = OrdinalEncoder(max_categories=_MAX_CATEGORIES, handle_unknown="use_encoded_value", unknown_value=np.nan)
    encoder = ColumnTransformer(
        [("numbers", "passthrough", list(range(len(train.numbers)))), ("texts", texts, _text_places(train))]
    )
    model = HistGradientBoostingClassifier(categorical_features=_text_places(train), random_state=_SEED)
    fitted = encoder.fit(_table(train)[places])
    model.fit(fitted.transform(_table(train)[places]).astype(np.float64), labels)
    return model.decision_function(fitted.transform(_table(evaluated)).astype(np.float64))


def _text_places(rows: Rows) -> list[int]:
    return list(range(len(rows.numbers), len(rows.numbers) + len(rows.texts)))


def _table(rows: Rows) -> np.ndarray:
    """`[rows, columns]` of objects, numbers first."""
    return np.stack([np.asarray(column, object) for column in (*rows.numbers.values(), *rows.texts.values())], axis=1)
