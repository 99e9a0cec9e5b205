"""The queues of a day compiled by numba (the extra ``fast``); imported only inside a function, as `compiled` is."""

from __future__ import annotations

import numba

from optimizer.verification.replaying.compiled import compiled_now
from optimizer.verification.replaying.day_queues import advance as _advance

_floats, _ints = numba.float64[::1], numba.int64[::1]
_integer, _number = numba.int64, numba.float64
advance = compiled_now(
    _advance,
    _integer(
        _floats, _ints, _ints, _integer, _number, _integer, _floats,
        _number, _floats, _integer, _floats, _ints, _ints, _ints,
        _floats, _floats, _floats, _floats, _floats, _floats, _ints,
        _ints,
    ),
)  # fmt: skip
