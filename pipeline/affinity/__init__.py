"""Which tasks of a configuration should share: measured, judged, shown and proposed."""
