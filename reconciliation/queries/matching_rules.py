"""Versions of the matching rules (R15): the one in force, the one that a run used, and what a match's rule said."""

from dataclasses import dataclass

from reconciliation.matching.ruleset import DEFAULT, RuleSet, read_body
from reconciliation.matching.wording import parameter_words
from reconciliation.models import BackTest, Match, MatchingRules, ReconciliationRun, RunRules


def active_rules() -> MatchingRules | None:
    """The version in force."""
    return MatchingRules.objects.filter(state=MatchingRules.State.ACTIVE).first()


def rules_of(row: MatchingRules | None) -> RuleSet:
    """A version as the engine reads it; without one, what the product comes with."""
    return read_body(row.body, version=row.version) if row else DEFAULT


def latest_back_test(row: MatchingRules) -> BackTest | None:
    """The newest back-test that is done, of exactly what the version says, against the version in force; one that saw no line tested
    nothing."""
    before = active_rules()
    done = row.back_tests.filter(state=BackTest.State.DONE, digest=row.digest, against=before) if before else BackTest.objects.none()
    return done.filter(result__lines__gt=0).order_by("-asked_at", "-pk").first()


def used_by(run: ReconciliationRun) -> RunRules | None:
    """What the run used when it was run last."""
    return RunRules.objects.filter(run=run).select_related("rules").order_by("-turn").first()


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """The rule of a match as it stood: its title, what it asks for, its parameters in words, and the version of the rules it was in."""

    label: str
    title: str
    pairs: str
    parameters: str
    rules: MatchingRules | None


def rule_said(match: Match) -> RuleSaid | None:
    """What the match's rule said when the match was made, whatever is in force today; None for what a person matched."""
    row = _version_of(match)
    use = rules_of(row).labelled(match.rule)
    return RuleSaid(use.label, use.kind.title, use.kind.pairs, parameter_words(use), row) if use else None


def _version_of(match: Match) -> MatchingRules | None:
    """The version that its run used then; where that can't be told apart, the first that has a rule of this label: they say the same."""
    turns = RunRules.objects.filter(run_id=match.run_id, at__lte=match.matched_at).select_related("rules").order_by("-turn")
    candidates = [*(turn.rules for turn in turns[:20]), *MatchingRules.objects.order_by("version")]
    return next((row for row in candidates if rules_of(row).labelled(match.rule)), None)
