"""Every family's table, put together: the one list to extend when a family is added."""

from __future__ import annotations

from crosswarden.kql.functions.aggregates import AGGREGATES
from crosswarden.kql.functions.conversions import CONVERSIONS
from crosswarden.kql.functions.dynamics import DYNAMICS
from crosswarden.kql.functions.encodings import ENCODINGS
from crosswarden.kql.functions.entries import Table
from crosswarden.kql.functions.network import NETWORK
from crosswarden.kql.functions.numerics import NUMERICS
from crosswarden.kql.functions.operators import OPERATORS as _ARITHMETIC
from crosswarden.kql.functions.searches import SEARCHES
from crosswarden.kql.functions.states import STATES
from crosswarden.kql.functions.strings import STRINGS
from crosswarden.kql.functions.times import TIMES
from crosswarden.kql.functions.timeseries import SERIES

__all__ = ["AGGREGATES", "FUNCTIONS", "OPERATORS", "PLUGINS"]

FUNCTIONS: Table = {
    **STRINGS,
    **TIMES,
    **CONVERSIONS,
    **NUMERICS,
    **DYNAMICS,
    **NETWORK,
    **ENCODINGS,
    **SERIES,
    **STATES,
}
OPERATORS: Table = {**_ARITHMETIC, **SEARCHES}
PLUGINS: Table = {}
