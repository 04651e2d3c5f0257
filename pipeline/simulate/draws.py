"""Random values that are functions of a seed and an index, so that any row can be made alone."""

from __future__ import annotations

import zlib

import numpy as np

__all__ = ["normal", "uniform", "zipf_rank"]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio, odd: steps through all 2^64 states.
_FIRST_FACTOR = np.uint64(0xBF58476D1CE4E5B9)
_SECOND_FACTOR = np.uint64(0x94D049BB133111EB)


def uniform(seed: int, stream: str, *, index: np.ndarray) -> np.ndarray:
    """Independent uniform draws from [0, 1).

    Args:
        seed: One of the world's; draws of two seeds have nothing to do with each other.
        stream: What is drawn; nor have draws of two streams.
        index: `[rows]` of unsigned integers: the row or the id that the draw belongs to.

    Returns:
        `[rows]`, float64; the same index always gets the same value.
    """
    return (_bits(seed, stream, index) >> np.uint64(11)) * 2.0**-53


def normal(seed: int, stream: str, *, index: np.ndarray) -> np.ndarray:
    """Independent standard normal draws, `[rows]`; arguments as for `uniform`.

    Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958, with 32 bits for the radius
    and 32 for the angle: no draw is beyond 6.7.
    """
    bits = _bits(seed, stream, index)
    radius = np.sqrt(-2.0 * np.log(((bits >> np.uint64(32)) + 0.5) * 2.0**-32))
    return radius * np.cos((bits & np.uint64(0xFFFFFFFF)) * (2.0 * np.pi * 2.0**-32))


def zipf_rank(share: np.ndarray, num_values: int, *, exponent: float) -> np.ndarray:
    """Ranks from 0 whose frequency falls about as 1 / (rank + 1)^exponent.

    It is the inverse distribution function of the continuous power law on [1, num_values + 1), rounded down, so that no
    table of all values is needed.

    Args:
        share: `[rows]` of uniform draws.
        num_values: Ranks run from 0 to `num_values - 1`.
        exponent: 0 gives equal shares.

    Returns:
        `[rows]`, uint64.
    """
    end = num_values + 1.0
    if exponent == 1.0:
        place = end**share
    else:
        power = 1.0 - exponent
        place = (1.0 + share * (end**power - 1.0)) ** (1.0 / power)
    return np.clip(place - 1.0, 0, num_values - 1).astype(np.uint64)


def _bits(seed: int, stream: str, index: np.ndarray) -> np.ndarray:
    """64 random bits for each index.

    Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, Fig. 16 (the counter
    stepped by an odd constant, then mixed), started at a mixed seed and stream.
    """
    start = _mixed(_mixed(np.array([seed], np.uint64)) ^ np.uint64(zlib.crc32(stream.encode())))
    return _mixed(start + (index.astype(np.uint64) + np.uint64(1)) * _GAMMA)


def _mixed(bits: np.ndarray) -> np.ndarray:
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST_FACTOR
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND_FACTOR
    return bits ^ (bits >> np.uint64(31))
