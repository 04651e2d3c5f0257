"""A search whose best trial was lucky."""

from components.tuner.record import Finalist, SearchRecord, Trial

__all__ = ["DECLARED", "RATE", "RECORD", "TOWER"]

RATE, TOWER = "training.dense_optimizer.learning_rate", "model.tower"
DECLARED = {RATE: 0.1, TOWER: [8]}
BEST, LUCKY = {RATE: 0.001, TOWER: [16, 8]}, {RATE: 0.01, TOWER: [8]}
TRIALS = (
    Trial(values=DECLARED, losses={"click": 0.5}, score=0.0),
    Trial(values=LUCKY, losses={"click": 0.4}, score=-0.2),
    Trial(values=BEST, losses={"click": 0.45}, score=-0.1),
    Trial(values={RATE: 0.5, TOWER: [8]}, losses={}, score=None),
)
RECORD = SearchRecord(
    declared=DECLARED,
    space={RATE: {"log": [0.001, 1.0]}, TOWER: {"choices": [[8], [16, 8]]}},
    main=("click",),
    rule="main_tasks",
    trials=TRIALS,
    finalists=(
        Finalist(values=LUCKY, searched=-0.2, changes=(0.02, 0.04)),
        Finalist(values=BEST, searched=-0.1, changes=(-0.08, -0.04)),
    ),
    chosen=BEST,
    num_seeds=2,
)
