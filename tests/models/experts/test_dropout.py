import numpy as np
import tensorflow as tf

from models.experts.dropout import CountedDropout

ONES = tf.ones([50, 40])


def masks(layer, number):
    return [layer(ONES, training=True).numpy() > 0 for _ in range(number)]


def test_the_share_dropped_is_the_rate_and_the_mean_is_kept():
    dropped = CountedDropout(rate=0.3, seed=1)(ONES, training=True).numpy()
    # 2,000 draws: four standard deviations are 0.04.
    np.testing.assert_allclose((dropped == 0).mean(), 0.3, atol=0.04)
    np.testing.assert_allclose(dropped[dropped > 0], 1 / 0.7, rtol=1e-6)


def test_masks_repeat_for_a_seed_and_differ_from_call_to_call():
    one, other = (masks(CountedDropout(rate=0.5, seed=1), 3) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert (one[0] != one[1]).any()
    assert (one[1] != one[2]).any()


def test_masks_go_on_where_a_checkpoint_left_them(tmp_path):
    layer = CountedDropout(rate=0.5, seed=1)
    masks(layer, 2)
    path = tf.train.Checkpoint(layer=layer).write(str(tmp_path / "kept"))
    wanted = masks(layer, 2)
    resumed = CountedDropout(rate=0.5, seed=1)
    resumed.build(ONES.shape)
    tf.train.Checkpoint(layer=resumed).read(path).assert_consumed()
    np.testing.assert_array_equal(masks(resumed, 2), wanted)


def test_nothing_is_dropped_or_counted_outside_training():
    layer = CountedDropout(rate=0.5, seed=1)
    np.testing.assert_array_equal(layer(ONES), ONES)
    assert layer.count.numpy() == 0
