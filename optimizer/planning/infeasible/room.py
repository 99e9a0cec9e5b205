"""What the search for ways out works with: simulated capacities, and planning itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.scenario import Scenario
from optimizer.errors import Infeasible, NoPlanFound
from optimizer.formulation.assemble import assemble
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet, make_blocks
from optimizer.performance import CapacityStore
from optimizer.planning.bound_quotas import quota_bound_services
from optimizer.planning.infeasible.changes import Case
from optimizer.planning.infeasible.elastic import with_budget
from optimizer.planning.infeasible.proof import instant_refusal
from optimizer.planning.infeasible.unserved import unserved_pairs
from optimizer.solve import solve_problem

if TYPE_CHECKING:
    from optimizer.planning.planner import Found

#: Any plan will do where only its existence is asked for.
ANY_PLAN = 1.0
#: A search for the least relaxation ends after so many seconds with the best found.
LIMIT_S = 20.0


class Finder(Protocol):
    """Plans a scenario over a catalog as it would be planned by itself, or with any block that serves."""

    def __call__(
        self, scenario: Scenario, catalog: Catalog, *, any_block: bool = False, blocks: BlockSet | None = None
    ) -> Found:
        """Return the plan with what it was chosen from, or raise as planning does."""


@dataclass(frozen=True, slots=True)
class Room:
    """Parameters of a search.

    Parameters
    ----------
    store
        Simulated capacities.
    find
        Planning itself.
    """

    store: CapacityStore
    find: Finder

    def context(self, case: Case) -> Context:
        """Return a context of a case."""
        return Context(case.scenario, case.catalog, self.store)

    def plan(self, case: Case, blocks: BlockSet | None = None) -> Plan | None:
        """Plan a case, None where no plan is found; one that needs prices which the catalog lacks has none.

        Parameters
        ----------
        blocks
            What to choose from, where that is known.
        """
        try:
            return self.find(*case, blocks=blocks).plan
        except (Infeasible, NoPlanFound, KeyError):
            return None

    def any_plan(self, case: Case) -> Plan | None:
        """Plan a case with the first block of each group that serves: far fewer simulations, and not the cheapest.

        Returns
        -------
        Plan or None
            None proves nothing where limits bind.
        """
        context = Context(case.scenario, case.catalog, self.store, any_block=True)
        try:
            if instant_refusal(context) is not None:
                return None
            blocks = make_blocks(context)
            return None if unserved_pairs(context, blocks) else self.find(*case, any_block=True, blocks=blocks).plan
        except (Infeasible, NoPlanFound, KeyError):
            return None

    def blocks(self, context: Context) -> BlockSet:
        """Return the blocks that planning ends with where nothing fits: origins under quotas may be divided."""
        block_set = make_blocks(context)
        wide = quota_bound_services(context, block_set, None)
        return make_blocks(context, None, wide) if wide else block_set

    def may_fit(self, case: Case) -> bool:
        """Whether tables and the relaxation leave it open that there is a plan: quick."""
        return instant_refusal(self.context(case)) is None

    def fits(self, case: Case) -> bool:
        """Whether some choice of blocks keeps every limit; the promise is not simulated again."""
        context = self.context(case)
        if instant_refusal(context) is not None:
            return False
        block_set = self.blocks(context)
        if unserved_pairs(context, block_set):
            return False
        problem = with_budget(context, assemble(context, block_set.blocks, block_set.locations).problem)
        return solve_problem(problem, seed=self.store.seed, gap=ANY_PLAN, time_limit_s=LIMIT_S).values is not None
