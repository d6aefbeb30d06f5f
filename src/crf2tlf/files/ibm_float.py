"""IBM System/360 double-precision numbers, in which SAS transport files keep numbers, for whole columns.

Such a number is a sign bit, seven bits of a power of 16 (excess 64) and 56 bits of a fraction below 1, so that every
IEEE double between the limits is held exactly.
Source: SAS Institute, TS-140, The Record Layout of a Data Set in SAS Transport (XPORT) Format.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SMALLEST = 16.0**-65
"""The smallest magnitude above 0."""
LARGEST = float(np.nextafter(16.0**63, 0))
"""The largest IEEE double that can be held, about 7.2e75."""
MISSING = 0x2E << 56
"""The bytes of SAS's ordinary missing value, a full stop followed by zeros."""

_IEEE_FRACTION_BITS = 53
_SPARE_BITS = 56 - _IEEE_FRACTION_BITS
_EXCESS = 64


def representable(values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return whether each number can be held: missing (NaN), 0, or of a magnitude from SMALLEST to LARGEST."""
    magnitude = np.abs(values)
    held: npt.NDArray[np.bool_] = np.isnan(values) | (values == 0)
    held |= (magnitude >= SMALLEST) & (magnitude <= LARGEST)
    return held


def to_ibm(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint64]:
    """Return the numbers as big-endian IBM doubles; NaN becomes the missing value, and -0 becomes 0.

    Raises ValueError for a number that cannot be held (see :func:`representable`).
    """
    if not representable(values).all():
        raise ValueError("a number is too large or too small for a SAS transport file")
    fraction, power_of_2 = np.frexp(np.abs(np.nan_to_num(values, nan=0.0)))
    power_of_16 = -(-power_of_2.astype(np.int64) // 4)
    shift = (_SPARE_BITS - (4 * power_of_16 - power_of_2)).astype(np.uint64)
    bits = np.ldexp(fraction, _IEEE_FRACTION_BITS).astype(np.uint64) << shift
    bits |= (power_of_16 + _EXCESS).astype(np.uint64) << np.uint64(56)
    bits |= np.signbit(values).astype(np.uint64) << np.uint64(63)
    bits[values == 0] = 0
    bits[np.isnan(values)] = MISSING
    return bits.astype(">u8")
