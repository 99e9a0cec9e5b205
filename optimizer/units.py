"""Units: the only place where one unit becomes another.

Inside the package time is in seconds, rates in requests per second, memory in GiB, data volume in GB (1e9 bytes), power
in watts and money in the catalog's currency.
"""

SECONDS_PER_HOUR = 3600.0
HOURS_PER_DAY = 24
HOURS_PER_YEAR = 8760.0
MONTHS_PER_YEAR = 12
#: Clouds bill a "month" of monitoring or storage as 730 hours.
HOURS_PER_MONTH = HOURS_PER_YEAR / MONTHS_PER_YEAR
#: A month of 730 hours in days.
DAYS_PER_MONTH = HOURS_PER_MONTH / HOURS_PER_DAY
WATTS_PER_KW = 1000.0
GRAMS_PER_KG = 1000.0
KG_PER_TONNE = 1000.0
BYTES_PER_GB = 1e9
#: Network volume is billed by GB (1e9 bytes), memory and model sizes are stated in GiB (2**30 bytes).
GB_PER_GIB = 2**30 / 1e9


def seconds(milliseconds: float) -> float:
    """Turn milliseconds into seconds."""
    return milliseconds / 1000.0


def milliseconds(seconds_: float) -> float:
    """Turn seconds into milliseconds."""
    return seconds_ * 1000.0
