"""Comparing two things on a machine that is not quiet.

Both are measured again and again in turns, in an order drawn anew each time,
so that what else the machine does falls on both alike. What counts is the
ratio within each turn, and of all turns the median, with the interval that
holds the true median with 95 % certainty. That interval comes from counting
(how many of n coins fall on one side), so it assumes nothing of how the noise
is distributed: a wide one says that more turns are needed, not that a bar is
held or missed.
"""

import math
import random
import statistics


def median_interval(values):
    """(median, lowest, highest): the 95 % interval of the median. Fewer than 6
    values have none: it is infinite."""
    values = sorted(values)
    n, below = len(values), 0.0
    rank = 0  # values left out at either end
    while rank < n // 2:
        below += math.comb(n, rank) / 2 ** n
        if below > 0.025:
            break
        rank += 1
    if rank == 0:
        return statistics.median(values), 0.0, math.inf
    return statistics.median(values), values[rank - 1], values[n - rank]


def verdict(interval, bar):
    _, low, high = interval
    if high <= bar:
        return "held"
    return "missed" if low > bar else "not shown: more turns"


def show_ratio(what, pairs, bar=None):
    """Prints the ratio of (measured, reference) pairs."""
    interval = median_interval([a / b for a, b in pairs if b > 0])
    median, low, high = interval
    text = f"{what:32} {median:6.3f}  [{low:.3f}, {high:.3f}]  of {len(pairs)}"
    if bar is not None:
        text += f"  bar {bar}: {verdict(interval, bar)}"
    print(text, flush=True)


def turns(count, contenders, seed=1):
    """Yields each turn's contenders in an order of its own."""
    order = random.Random(seed)
    for _ in range(count):
        yield order.sample(contenders, len(contenders))
