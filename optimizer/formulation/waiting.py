"""How long a batch that is not full may wait for more requests.

Replicas that share one queue take small batches while one of them is free, and large ones come only where requests are
late already. A wait fills batches before that, at the price of the wait itself.
"""

from __future__ import annotations

from optimizer.domain.scenario import Service
from optimizer.performance import SHARED
from optimizer.units import milliseconds, seconds

#: The waits considered, as shares of the time of a full batch. They do not depend on the target, so that what a
#: configuration needs with more time it needs with less time at least.
WAIT_SHARES = (0.1, 0.25)
#: From this ratio of target to a lone request's time on no wait is considered: nothing was gained by one.
ROOMY = 8.0


def waits_of(
    service: Service, service_s: tuple[float, ...], target_s: float, running_s: tuple[float, ...] = ()
) -> tuple[float, ...]:
    """Return the waits worth looking at with batches of up to b requests, seconds.

    Parameters
    ----------
    service
        What is asked; its own wait stands where it has one.
    service_s
        Seconds to serve a batch of 1..b requests.
    target_s
        What queueing and service may take.
    running_s
        Waits of what runs now, which may stay.
    """
    if len(service_s) == 1:
        return (0.0,)
    if service.max_wait_s is not None:
        return (service.max_wait_s,)
    waits = [0.0, *running_s]
    if service.dispatch == SHARED and target_s < ROOMY * service_s[0]:
        waits += [_as_set(share * service_s[-1]) for share in WAIT_SHARES]
    return tuple(dict.fromkeys(waits))


def _as_set(wait_s: float) -> float:
    """Round a wait to two digits in milliseconds: a setting that can be typed, and read back the same."""
    return seconds(float(f"{milliseconds(wait_s):.2g}"))
