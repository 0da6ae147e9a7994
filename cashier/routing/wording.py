"""Rules as sentences, and what changed between two versions in words (C12)."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from cashier.routing.conditions import VALUES, Conditions
from cashier.routing.policies import Effect, Options, Policy, Rule
from cashier.routing.splits import Split
from ledger.money import format_major, get_asset


def rule_words(rule: Rule) -> str:
    """`If brand is lucky and amount is at least 100.00 EUR → SANDBOX_EU, then SANDBOX_EU2`."""
    return f"{condition_words(rule.when)} \N{RIGHTWARDS ARROW} {_effect_words(rule)}"


def condition_words(when: Conditions) -> str:
    parts = list(_parts(when))
    return f"If {' and '.join(parts)}" if parts else "Always"


def split_words(split: Split) -> str:
    return (
        f"{split.name}: {split.percent} % go to {', then '.join(split.accounts)} first. {condition_words(split.when)}. "
        f"Stopped where it does {split.guard_points} points worse after {split.guard_tries} tries of each"
    )


def option_words(options: Options) -> dict[str, str]:
    """Label to value, for people."""
    return {
        "Challenge for cards above": f"{options.step_up_usd:,} USD" if options.step_up_usd else "no amount",
        "Share drawn by lot": f"{options.explore_percent} %",
        "Slow above": f"{options.slow_above_ms:,} ms (counts {options.slow_percent} %)",
        "Rates to USD": ", ".join(f"{code} {rate}" for code, rate in sorted(options.usd_rates.items())),
    }


def differences(before: Policy, after: Policy) -> list[str]:
    """What changed, one sentence each; empty where nothing did."""
    said = list(_rule_differences([rule_words(rule) for rule in before.rules], [rule_words(rule) for rule in after.rules]))
    old, new = option_words(before.options), option_words(after.options)
    said += [f"{label}: {new[label]} instead of {old[label]}." for label in new if new[label] != old[label]]
    return said + list(_split_differences(before.splits, after.splits))


def _split_differences(before: Sequence[Split], after: Sequence[Split]) -> Iterator[str]:
    old, new = ({split.name: split_words(split) for split in splits} for splits in (before, after))
    yield from (f"Split test ended: {words}." for name, words in old.items() if name not in new)
    for name, words in new.items():
        if old.get(name) != words:
            yield f"Split test {'changed' if name in old else 'begun'}: {words}."


def _rule_differences(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    gone, come = set(before) - set(after), set(after) - set(before)
    for tag, low, high, new_low, new_high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        old, new = before[low:high], after[new_low:new_high]
        if tag == "replace" and len(old) == len(new) == 1 and old[0] in gone and new[0] in come:
            yield f"Rule {new_low + 1} changed: {_quoted(new[0])} instead of {_quoted(old[0])}."
            continue
        yield from (f"Taken out: {_quoted(words)}." for words in old if words in gone)
        for place, words in enumerate(new, new_low + 1):
            yield f"{'New rule' if words in come else 'Moved to place'} {place}: {_quoted(words)}."


def _quoted(words: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{words}\N{RIGHT DOUBLE QUOTATION MARK}"


def _parts(when: Conditions) -> Iterator[str]:
    for name, values in when.named().items():
        if values:
            yield f"{VALUES[name]} is {' or '.join(sorted(values))}"
    if when.amount_from_minor is not None or when.amount_to_minor is not None:
        yield _amount_words(when, next(iter(when.currency)))
    if when.bin_from:
        yield f"BIN is {when.bin_from}{' to ' + when.bin_to if when.bin_to and when.bin_to != when.bin_from else ''}"


def _amount_words(when: Conditions, currency: str) -> str:
    asset = get_asset(currency)
    ends = [
        f"{words} {format_major(minor, asset)} {currency}"
        for words, minor in (("at least", when.amount_from_minor), ("at most", when.amount_to_minor))
        if minor is not None
    ]
    return f"amount is {' and '.join(ends)}"


def _effect_words(rule: Rule) -> str:
    match rule.effect:
        case Effect.PREFER:
            return ", then ".join(rule.accounts)
        case Effect.WEIGHT:
            return f"count {', '.join(rule.accounts)} at {rule.percent} %"
        case Effect.EXCLUDE:
            return f"never {', '.join(rule.accounts)}"
        case Effect.STEP_UP:
            return "ask for a challenge"
        case Effect.DECLINE:
            return "decline"
        case Effect.REVIEW:
            return "hold for review"
