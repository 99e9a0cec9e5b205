"""Arrays to a solver's model. With `solve`, the only place that knows a solver."""

from __future__ import annotations

import numpy as np
from ortools.math_opt.python import mathopt

from optimizer.formulation.problem import Problem


def build_model(problem: Problem) -> tuple[mathopt.Model, list[mathopt.Variable]]:
    """Return the MathOpt model of a problem and its variables in column order.

    Rows carry their rule and label as a name: ``every_origin_served[ranking,us-west]``.
    """
    model = mathopt.Model(name="fleetopt")
    columns = problem.columns
    variables = [
        model.add_variable(lb=0.0, ub=float(upper), is_integer=bool(integer))
        for upper, integer in zip(columns.upper, columns.integer, strict=True)
    ]
    for rows in problem.rows:
        constraints = [
            model.add_linear_constraint(lb=float(low), ub=float(high), name=f"{rows.rule}[{label}]")
            for label, low, high in zip(rows.labels, rows.lower, rows.upper, strict=True)
        ]
        for row, column, value in zip(rows.row.tolist(), rows.column.tolist(), rows.value.tolist(), strict=True):
            constraints[row].set_coefficient(variables[column], value)
    for variable, cost in zip(variables, np.asarray(columns.cost).tolist(), strict=True):
        model.objective.set_linear_coefficient(variable, cost)
    model.objective.is_maximize = False
    return model, variables
