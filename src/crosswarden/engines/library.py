"""Functions of Kusto's published function library that need nothing but KQL; saved functions may replace them.

The texts are ours, written from what the library's documentation says that each function computes.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LIBRARY"]

LIBRARY: Mapping[str, str] = {
    "factorial_fl": "(n:long) { gamma(n + 1) }",
    "perm_fl": "(n:long, k:long) { tolong(round(exp(loggamma(n + 1) - loggamma(n - k + 1)))) }",
    "comb_fl": "(n:long, k:long) { tolong(round(exp(loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1)))) }",
    "pair_probabilities_fl": """(tbl:(*), A_col:string, B_col:string, scope_col:string) {
let pairs = materialize(tbl
    | extend A = tostring(column_ifexists(A_col, "")), B = tostring(column_ifexists(B_col, "")),
        scope = tostring(column_ifexists(scope_col, ""))
    | summarize n = count() by A, B, scope);
let totals = pairs | summarize total = sum(n) by scope;
let a_counts = pairs | summarize a_n = sum(n) by A, scope;
let b_counts = pairs | summarize b_n = sum(n) by B, scope;
pairs
| join kind=inner totals on scope
| join kind=inner a_counts on A, scope
| join kind=inner b_counts on B, scope
| extend P_A = a_n * 1.0 / total, P_B = b_n * 1.0 / total, P_AB = n * 1.0 / total
| extend P_AUB = P_A + P_B - P_AB, P_AIB = P_AB / P_B, P_BIA = P_AB / P_A
| extend Lift_AB = P_AB / (P_A * P_B), Jaccard_AB = P_AB / P_AUB
| project A, B, scope, P_A, P_B, P_AB, P_AUB, P_AIB, P_BIA, Lift_AB, Jaccard_AB
| sort by scope desc, A desc, B desc
}""",
}
