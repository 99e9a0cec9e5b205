"""Measured files in, curves of a profile out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.domain.measured import MeasuredCurve, MeasuredPoint, ProfileFit

if TYPE_CHECKING:
    from optimizer.domain.catalog import Catalog, ProfileCurve
    from optimizer.domain.measured import CurveForm, EstimatedCurve, FittedCurve
    from optimizer.inputs.measurements import MeasurementAsked


def fit_profile(
    files: Sequence[str | Path],
    asked: MeasurementAsked | None = None,
    *,
    catalog: Catalog | None = None,
    form: CurveForm | None = None,
    skip_rejected: bool = False,
    estimate: bool = False,
) -> ProfileFit:
    """Turn measured points into curves of a profile, each with its leave-one-out error and band.

    Parameters
    ----------
    files
        CSV of Triton's Perf Analyzer or Model Analyzer, MLPerf summaries or tables of results, or plain CSV.
    asked
        What the files do not say: profile, accelerator, day, batch sizes.
    catalog
        The one the curves are for: names are compared with it, and estimates are made for its accelerators.
    form
        The form of curve to take; None for the one that predicts left-out points best.
    skip_rejected
        Fit without rows that contradict themselves or others, instead of refusing the files.
    estimate
        Whether to estimate the accelerators of the catalog for which it knows no measured curve.

    Raises
    ------
    InputError
        With every fault of the files.
    """
    from optimizer.inputs.measurements import MeasurementAsked, read_measurements
    from optimizer.performance.fitting import fit_measured

    paths = [Path(file) for file in files]
    found = read_measurements(paths, asked or MeasurementAsked(), skip_rejected=skip_rejected)
    curves = tuple(_with_today(fit_measured(curve, form), catalog) for curve in found.curves)
    made = _estimates(found.curves, catalog) if estimate and catalog is not None else ()
    warnings = () if catalog is None else tuple(_unknown_names(curves, catalog))
    return ProfileFit(found.files, curves, made, found.left_out, warnings)


def _estimates(measured: Sequence[MeasuredCurve], catalog: Catalog) -> tuple[EstimatedCurve, ...]:
    """Estimate from the new curves the accelerators that are more like theirs than like any the catalog measured.

    Accelerators for which the catalog has no curve at all are left alone: the software need not run there.
    """
    from optimizer.performance.transfer import estimates

    profiles = {(curve.served_model, curve.precision) for curve in measured}
    known = [
        MeasuredCurve(
            served_model=curve.served_model,
            precision=curve.precision,
            accelerator=curve.accelerator,
            accelerators_per_replica=curve.accelerators_per_replica,
            min_vcpu=curve.min_vcpu,
            points=tuple(map(MeasuredPoint, repeat(catalog.name), curve.batch_items, curve.service_s)),
            source=curve.source.source,
            as_of=curve.source.as_of,
        )
        for curve in catalog.profiles
        if (curve.served_model, curve.precision) in profiles and curve.source.basis != "estimated"
    ]
    keys = {curve.key for curve in measured}
    bases = [*measured, *(curve for curve in known if curve.key not in keys)]
    served = {curve.accelerator for curve in catalog.profiles}
    wanted = [accelerator for name, accelerator in catalog.accelerators.items() if name in served]
    found = estimates(bases, wanted, catalog.accelerators)
    return tuple(one for one in found if any(one.base is curve for curve in measured))


def _with_today(curve: FittedCurve, catalog: Catalog | None) -> FittedCurve:
    """Note what the catalog says of this curve today."""
    for known in () if catalog is None else catalog.profiles:
        key = (known.served_model, known.precision, known.accelerator, known.accelerators_per_replica)
        if key == curve.measured.key:
            band = f"{known.source.basis} ±{known.error_band * 100:.0f} %"
            return replace(curve, replaces=f"{catalog.name if catalog else ''}, {band}, as of {known.source.as_of}")
    return curve


def _unknown_names(curves: Sequence[FittedCurve], catalog: Catalog) -> list[str]:
    """Tell models and accelerators that the catalog does not know: a plan could not use the curve."""
    from optimizer.inputs.wording import did_you_mean

    warnings = []
    for kind, names, known in (
        ("served models", {curve.measured.served_model for curve in curves}, catalog.served_models),
        ("accelerators", {curve.measured.accelerator for curve in curves}, catalog.accelerators),
    ):
        for name in sorted(names - known.keys()):
            mend = did_you_mean(name, known, kind)
            warnings.append(f'"{name}" is not among the {kind} of catalog {catalog.name}. {mend}')
    return warnings


def profile_curves(catalog: Catalog, profile: str | None = None, accelerator: str | None = None) -> list[ProfileCurve]:
    """Return the curves of a catalog, of one profile and one accelerator where they are named, in a fixed order.

    Raises
    ------
    InputError
        For names that no curve of the catalog has.
    """
    from optimizer.errors import Fault, InputError
    from optimizer.inputs.wording import did_you_mean

    faults = []
    for option, found, known in (
        ("PROFILE", profile, {curve.profile for curve in catalog.profiles}),
        ("--accelerator", accelerator, {curve.accelerator for curve in catalog.profiles}),
    ):
        if found is not None and found not in known:
            kind = "profiles" if option == "PROFILE" else "accelerators with a curve"
            what = f'no curve of catalog {catalog.name} has it (found "{found}")'
            faults.append(Fault(option, what, did_you_mean(found, known, kind), "unknown-name"))
    if faults:
        raise InputError(faults)
    chosen = [c for c in catalog.profiles if profile in (None, c.profile) and accelerator in (None, c.accelerator)]
    return sorted(chosen, key=lambda c: (c.profile, c.accelerator, c.accelerators_per_replica))
