import pathlib

from tensorflow_metadata.proto.v0 import anomalies_pb2, statistics_pb2

from pipeline.report.reading.statistics import read_anomalies, read_splits
from pipeline.report.rows import Anomaly


def write(folder: pathlib.Path, split: str, file: str, message) -> None:
    place = folder / f"Split-{split}"
    place.mkdir(parents=True)
    (place / file).write_bytes(message.SerializeToString())


def statistics(rows: int) -> statistics_pb2.DatasetFeatureStatisticsList:
    found = statistics_pb2.DatasetFeatureStatisticsList()
    dataset = found.datasets.add(num_examples=rows)
    fare = dataset.features.add(type=statistics_pb2.FeatureNameStatistics.FLOAT)
    fare.path.step.append("fare")
    fare.num_stats.common_stats.num_non_missing = rows - 1
    fare.num_stats.common_stats.num_missing = 1
    fare.num_stats.mean, fare.num_stats.std_dev, fare.num_stats.min, fare.num_stats.max = 2.5, 1.0, 0.0, 10.0
    quantiles = fare.num_stats.histograms.add(type=statistics_pb2.Histogram.QUANTILES)
    standard = fare.num_stats.histograms.add(type=statistics_pb2.Histogram.STANDARD)
    for place in range(10):
        quantiles.buckets.add(low_value=place, high_value=place + 1, sample_count=rows / 10)
        standard.buckets.add(low_value=place, high_value=place + 1, sample_count=place)
    pay = dataset.features.add(name="payment", type=statistics_pb2.FeatureNameStatistics.STRING)
    pay.string_stats.common_stats.num_non_missing = rows
    pay.string_stats.unique = 9
    for value, rows_of_value in (("Cash", 5), ("Card", 3), ("<b>", 1), ("Unknown", 1)):
        pay.string_stats.top_values.add(value=value, frequency=rows_of_value)
    empty = dataset.features.add(name="void", type=statistics_pb2.FeatureNameStatistics.FLOAT)
    empty.num_stats.common_stats.num_missing = rows
    return found


def test_columns_come_with_their_moments_and_values_train_first(tmp_path):
    write(tmp_path, "eval", "FeatureStats.pb", statistics(10))
    write(tmp_path, "train", "FeatureStats.pb", statistics(30))
    train, held_out = read_splits(str(tmp_path))
    assert (train.name, train.rows, held_out.name, held_out.rows) == ("train", 30, "eval", 10)
    fare, pay, void = train.columns
    assert (fare.name, fare.type, fare.present, fare.missing) == ("fare", "float", 29, 1)
    assert fare.numeric.deciles == tuple(range(11))
    assert fare.numeric.histogram == tuple(range(10))
    assert (pay.name, pay.num_unique, pay.top) == ("payment", 9, (("Cash", 5), ("Card", 3), ("<b>", 1)))
    assert (void.numeric, void.missing) == (None, 30)


def test_anomalies_name_split_and_column(tmp_path):
    found = anomalies_pb2.Anomalies()
    found.anomaly_info["fare"].path.step.append("fare")
    found.anomaly_info["fare"].short_description = "Unexpected data type"
    found.anomaly_info["fare"].description = "Expected FLOAT, got BYTES."
    write(tmp_path, "eval", "SchemaDiff.pb", found)
    write(tmp_path, "train", "SchemaDiff.pb", anomalies_pb2.Anomalies())
    assert read_anomalies(str(tmp_path)) == (
        Anomaly(split="eval", column="fare", what="Unexpected data type", detail="Expected FLOAT, got BYTES."),
    )
