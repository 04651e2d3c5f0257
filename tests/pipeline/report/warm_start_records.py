"""What a training might have gone on from."""

from components.warm_start.record import WarmStartRecord
from models.warm_start.record import Carried, Fate, RowCounts

WARM_START = WarmStartRecord(
    version="1795345843",
    steps=12_000,
    variables=(
        Carried(
            name="inputs/table_item",
            fate=Fate.BY_ROW,
            rows=RowCounts(carried=9_120, new=310, dropped=45),
            slots=("accumulator",),
        ),
        Carried(
            name="inputs/table_city",
            fate=Fate.BY_ROW,
            reason="buckets by vocabulary were 1, and are 2",
            rows=RowCounts(carried=41, new=2, dropped=1),
            fresh_slots=("accumulator",),
        ),
        Carried(name="experts/kernel_0", fate=Fate.CARRIED, slots=("momentum", "velocity")),
        Carried(
            name="towers/kernel_0",
            fate=Fate.FRESH,
            reason="the shape was [3, 4, 1], and is [3, 3, 1]",
            fresh_slots=("momentum", "velocity"),
        ),
        Carried(name="towers/new", fate=Fate.FRESH, reason="the earlier model has none of this name"),
        Carried(name="towers/newer", fate=Fate.FRESH, reason="the earlier model has none of this name"),
    ),
    left=("inputs/table_old",),
)
