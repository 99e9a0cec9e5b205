"""Arrays to a solver's model. With `solve`, the only place that knows a solver."""

from __future__ import annotations

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from optimizer.formulation.problem import Problem


def build_model(problem: Problem) -> tuple[mathopt.Model, list[mathopt.Variable]]:
    """Return the MathOpt model of a problem and its variables in column order.

    The model is handed over whole, as its message: adding variables and coefficients one by one takes longer than
    solving.
    """
    columns = problem.columns
    proto = model_pb2.ModelProto(name="fleetopt")
    count = columns.cost.size
    proto.variables.ids.extend(range(count))
    proto.variables.lower_bounds.extend(np.zeros(count).tolist())
    proto.variables.upper_bounds.extend(columns.upper.tolist())
    proto.variables.integers.extend(columns.integer.tolist())
    priced = np.flatnonzero(columns.cost)
    proto.objective.linear_coefficients.ids.extend(priced.tolist())
    proto.objective.linear_coefficients.values.extend(columns.cost[priced].tolist())
    _add_rows(proto, problem)
    model = mathopt.Model.from_model_proto(proto)
    return model, sorted(model.variables(), key=lambda variable: variable.id)


def _add_rows(proto: model_pb2.ModelProto, problem: Problem) -> None:
    """Append every row, with coefficients sorted by row and column and those of the same place added up."""
    first, count = 0, problem.columns.cost.size
    for rows in problem.rows:
        size = len(rows.labels)
        proto.linear_constraints.ids.extend(range(first, first + size))
        proto.linear_constraints.lower_bounds.extend(rows.lower.tolist())
        proto.linear_constraints.upper_bounds.extend(rows.upper.tolist())
        places, back = np.unique(rows.row * count + rows.column, return_inverse=True)
        values = np.bincount(back.ravel(), weights=rows.value, minlength=places.size)
        matrix = proto.linear_constraint_matrix
        matrix.row_ids.extend((places // count + first).tolist())
        matrix.column_ids.extend((places % count).tolist())
        matrix.coefficients.extend(values.tolist())
        first += size
