"""What becomes of one option: the plan it is, the plan until its machines arrive, or the account of today's fleet."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.decisions.bill import Bill, bill_of, bill_of_account, one_after_the_other
from optimizer.decisions.lead_time import Early, early_question, waits
from optimizer.decisions.work import Question, Refusal, planned, refusal_of
from optimizer.domain.account import Account
from optimizer.domain.plan import Plan
from optimizer.inputs import OptionInputs
from optimizer.planning.account import account_of_fleet

#: Why sums of an option do not stand beside those of the first.
OTHER_MONEY = "its money is in another currency than that of the first option"


@dataclass(frozen=True, slots=True, eq=False)
class OptionQuestion:
    """An option's question; `lead_time_months` is 0 where machines stand from the beginning."""

    question: Question
    as_today: bool
    lead_time_months: int

    @classmethod
    def of(cls, item: OptionInputs, question: Question) -> OptionQuestion:
        """Return the question of an option."""
        return cls(question, item.as_today, item.lead_time_months)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """An option as it came out; it has a plan, or the account of what runs today."""

    bill: Bill
    plan: Plan | None = None
    early: Early | None = None
    account: Account | None = None

    @property
    def is_comparable(self) -> bool:
        """Whether its bill holds everything that the bill of a plan does."""
        return self.account is None or (self.account.total is not None and not self.account.unplaced)


def made(asked: OptionQuestion) -> Made | Refusal:
    """Return what becomes of an option, or why nothing does."""
    if asked.as_today:
        return _today(asked.question)
    plan = planned(asked.question)
    if isinstance(plan, Refusal):
        return plan
    if not asked.lead_time_months or not waits(plan):
        return Made(bill_of(plan), plan)
    question = early_question(asked.question, plan)
    before = planned(question)
    if isinstance(before, Refusal):
        until = f"until the machines arrive, {asked.lead_time_months} months"
        return Refusal(before.status, tuple(f"{until}: {reason}" for reason in before.reasons))
    share = asked.lead_time_months / question.scenario.horizon_months
    early = Early(asked.lead_time_months, share, question, before)
    return Made(one_after_the_other(bill_of(before), bill_of(plan), share), plan, early)


def _today(question: Question) -> Made | Refusal:
    try:
        account = account_of_fleet(question.scenario, question.catalog, question.how.store())
    except Exception as error:  # one option that fails does not lose the others
        return refusal_of(error)
    return Made(bill_of_account(account), account=account)
