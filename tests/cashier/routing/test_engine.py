"""The pure engine (C10): same values, same decision; what is dropped is never chosen."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cashier.routing import Account, AccountHealth, Fees, Outcome, Payment, Taken, Track, decide, read_policy
from cashier.routing.reasons import REASONS
from cashier.routing.splits import ArmResult, is_losing

pytestmark = pytest.mark.spec("C10")
CODES = ("A1", "B2", "C3")
PAYMENT = Payment(
    key="pi_1", brand="lucky", entity="e", region="MT", currency="EUR", amount_minor=10_000, method="card", usd_minor=10_870, licence="MGA",
    merchant_category="7995",
)  # fmt: skip
ABLE = Account("A1", "sandbox", "e", frozenset({"lucky"}), licences=frozenset({"MGA"}), merchant_category="7995")


def account(code: str = "A1", **changes: Any) -> Account:
    return replace(ABLE, code=code, **changes)


def policy(*rules: dict[str, Any], **options: Any) -> Any:
    return read_policy({"rules": list(rules), "options": {"explore_percent": 0, **options}}, version=7)


def reason_of(candidate: Account, **payment: Any) -> str:
    return decide(replace(PAYMENT, **payment), [candidate], policy()).candidates[0].reason


def test_each_way_to_be_dropped_has_its_name() -> None:
    assert reason_of(account(licences=frozenset({"UKGC"}))) == "licence"
    assert reason_of(ABLE, licence=None) == "jurisdiction"
    assert reason_of(account(merchant_category="5411")) == "merchant_category"
    assert reason_of(ABLE, brand="other") == "brand"
    assert reason_of(account(regions=frozenset({"SE"}))) == "region"
    assert reason_of(account(currencies=frozenset({"SEK"}))) == "currency"
    assert reason_of(account(methods=frozenset({"paybybank"}))) == "method"
    assert reason_of(account(is_paused=True)) == "captures_paused"
    assert reason_of(account(is_active=False)) == "inactive"
    assert reason_of(account(entity="f")) == "other_entity"
    assert reason_of(account(health=AccountHealth(is_open=False))) == "circuit_open"
    assert reason_of(account(lacks=frozenset({"manual_capture"})), is_manual_capture=True) == "no_manual_capture"
    assert reason_of(ABLE, provider="stripe") == "token_of_other_provider"
    assert reason_of(ABLE) == "best_value"


def test_the_highest_expected_value_goes_first() -> None:
    """0.9 x (10000 - 500) against 0.8 x (10000 - 10), then the same with a dearer first."""
    good = account("A1", track=Track(10_000, 9_000, 10_000, 9_000), fees=Fees(50_000, 0))
    cheap = account("B2", track=Track(10_000, 8_000, 10_000, 8_000), fees=Fees(0, 10))
    decided = decide(PAYMENT, [cheap, good], policy())
    assert decided.order == ("A1", "B2")
    assert [row.cost_minor for row in decided.candidates] == [500, 10]
    dear = replace(good, fees=Fees(200_000, 0))
    assert decide(PAYMENT, [cheap, dear], policy()).order == ("B2", "A1")


def test_a_slow_or_failing_account_falls_behind() -> None:
    rested = account("B2", rank=200)
    for health in (AccountHealth(p95_ms=9_000), AccountHealth(success_ppm=100_000, tries=50)):
        assert decide(PAYMENT, [account("A1", health=health), rested], policy()).account == "B2"
    assert decide(PAYMENT, [account("A1", health=AccountHealth(success_ppm=0, tries=9)), rested], policy()).account == "A1"


def test_rules_in_their_order() -> None:
    prefer = {"when": {"currency": ["EUR"], "amount_from_minor": 10_000}, "effect": "prefer", "accounts": ["B2", "C3"]}
    exclude = {"when": {"region": ["MT"]}, "effect": "exclude", "accounts": ["B2"]}
    accounts = [account(code) for code in CODES]
    assert decide(PAYMENT, accounts, policy(prefer)).order == ("B2", "C3", "A1")
    assert decide(replace(PAYMENT, amount_minor=9_999), accounts, policy(prefer)).order == CODES
    decided = decide(PAYMENT, accounts, policy(prefer, exclude))
    assert decided.order == ("C3", "A1")
    assert decided.rules == (1, 2)
    weighed = policy({"effect": "weight", "accounts": ["C3"], "percent": 150})
    assert decide(PAYMENT, accounts, weighed).account == "C3"


def test_a_rule_that_ends_the_payment_chooses_nobody() -> None:
    for effect, outcome in (("decline", Outcome.DECLINE), ("review", Outcome.REVIEW)):
        decided = decide(replace(PAYMENT, risk_band="high"), [ABLE], policy({"when": {"risk_band": ["high"]}, "effect": effect}))
        assert (decided.outcome, decided.order) == (outcome, ())
        assert decided.candidates[0].reason == "not_reached"


@pytest.mark.spec("C14")
def test_avs_cvv_bin_and_card_type_are_read_by_rules() -> None:
    for when, facts in (
        ({"avs": ["N"]}, {"avs": "N"}),
        ({"cvv": ["N", "P"]}, {"cvv": "P"}),
        ({"card_type": ["prepaid"]}, {"card_type": "prepaid"}),
        ({"bin_from": "411111", "bin_to": "411199"}, {"bin": "41115523"}),
    ):
        rules, changes = policy({"when": when, "effect": "step_up"}), dict[str, Any](facts)
        assert decide(replace(PAYMENT, **changes), [ABLE], rules).step_up
        assert not decide(PAYMENT, [ABLE], rules).step_up
    assert not decide(replace(PAYMENT, bin="411200"), [ABLE], policy({"when": {"bin_from": "411111"}, "effect": "step_up"})).step_up


def test_the_default_step_up_is_above_ten_thousand_dollars() -> None:
    assert not decide(replace(PAYMENT, usd_minor=1_000_000), [ABLE], policy()).step_up
    assert decide(replace(PAYMENT, usd_minor=1_000_001), [ABLE], policy()).step_up
    assert decide(replace(PAYMENT, usd_minor=None), [ABLE], policy()).step_up_reason == "above 10,000 USD"
    assert not decide(replace(PAYMENT, usd_minor=1_000_001, is_card=False), [ABLE], policy()).step_up
    assert policy().options.usd_minor(920_000, "EUR") == 1_000_000
    assert policy().options.usd_minor(152, "JPY") == 100
    assert policy().options.usd_minor(1, "KZT") is None


def test_arms_keep_their_share_and_a_losing_one_is_stopped() -> None:
    body = {"splits": [{"name": "try-b", "percent": 20, "accounts": ["B2"]}], "options": {"explore_percent": 0}}
    rules, accounts = read_policy(body), [account(code) for code in CODES]
    decided = [decide(replace(PAYMENT, key=f"pi_{number}"), accounts, rules) for number in range(2_000)]
    in_b = [row for row in decided if row.arm == "B"]
    assert 340 < len(in_b) < 460
    assert {row.account for row in in_b} == {"B2"}
    assert {row.account for row in decided if row.arm == "A"} == {"A1"}
    stopped = decide(replace(PAYMENT, key=in_b[0].split), accounts, rules, stopped={"try-b"})
    assert (stopped.split, stopped.arm) == ("", "")

    split = rules.splits[0]
    assert is_losing(split, ArmResult(1_000, 900), ArmResult(400, 300))
    assert not is_losing(split, ArmResult(1_000, 900), ArmResult(99, 0))
    assert not is_losing(split, ArmResult(1_000, 900), ArmResult(400, 352))  # two points: inside the guardrail
    assert not is_losing(split, ArmResult(100, 90), ArmResult(100, 86))  # four points, and by chance
    assert not is_losing(split, ArmResult(400, 300), ArmResult(1_000, 900))


def test_exploration_draws_its_share() -> None:
    rules, accounts = policy(explore_percent=10), [account("A1"), account("B2", rank=200)]
    drawn = [decide(replace(PAYMENT, key=f"pi_{number}"), accounts, rules) for number in range(2_000)]
    assert 150 < sum(row.is_explored for row in drawn) < 250
    assert {row.account for row in drawn if row.is_explored} == {"A1", "B2"}


words = st.sampled_from(["", "MT", "SE"])
payments = st.builds(
    Payment, key=st.text(max_size=6), brand=st.sampled_from(["lucky", "other"]), entity=st.sampled_from(["e", "f"]), region=words,
    currency=st.sampled_from(["EUR", "SEK"]), amount_minor=st.integers(1, 10**7), method=st.sampled_from(["card", "paybybank"]),
    usd_minor=st.one_of(st.none(), st.integers(1, 10**7)), licence=st.sampled_from([None, "", "MGA"]),
    is_manual_capture=st.booleans(), risk_band=st.sampled_from(["", "high"]), bin=st.sampled_from(["", "411111", "55000000"]),
)  # fmt: skip
rates = st.one_of(st.none(), st.integers(0, 10**6))
healths = st.builds(AccountHealth, is_open=st.booleans(), success_ppm=rates, tries=st.integers(0, 50))
accounts_drawn = st.lists(
    st.builds(
        Account, code=st.sampled_from(CODES), provider=st.just("sandbox"), entity=st.sampled_from(["e", "f"]),
        brands=st.sampled_from([frozenset({"lucky"}), frozenset({"lucky", "other"})]),
        regions=st.sampled_from([frozenset(), frozenset({"MT"})]), currencies=st.sampled_from([frozenset(), frozenset({"EUR"})]),
        licences=st.sampled_from([frozenset(), frozenset({"MGA"})]), is_paused=st.booleans(),
        lacks=st.sampled_from([frozenset(), frozenset({"challenge"})]), health=healths,
        fees=st.builds(Fees, share_ppm=st.integers(0, 10**6), fixed_minor=st.integers(0, 1000)), rank=st.integers(0, 3),
    ),
    unique_by=lambda row: row.code,
)  # fmt: skip
whens = st.fixed_dictionaries(
    {}, optional={"brand": st.just(["lucky"]), "region": st.just(["MT"]), "risk_band": st.just(["high"]), "bin_from": st.just("411111")}
)  # fmt: skip
some_codes = st.lists(st.sampled_from(CODES), min_size=1, unique=True)
rules_drawn = st.lists(
    st.one_of(
        st.fixed_dictionaries({"when": whens, "effect": st.sampled_from(["prefer", "exclude", "weight"]), "accounts": some_codes}),
        st.fixed_dictionaries({"when": whens, "effect": st.sampled_from(["step_up", "decline", "review"])}),
    ),
    max_size=5,
)
bodies = st.fixed_dictionaries(
    {
        "rules": rules_drawn,
        "options": st.fixed_dictionaries({"explore_percent": st.integers(0, 20)}),
        "splits": st.just([{"name": "s", "percent": 50, "accounts": ["B2"]}]),
    }
)


@settings(max_examples=300, deadline=None)
@given(payments, accounts_drawn, bodies, st.sets(st.sampled_from(CODES)), st.randoms())
def test_what_holds_for_every_decision(
    payment: Payment, accounts: list[Account], body: dict[str, Any], tried: set[str], random: Any
) -> None:
    rules = read_policy(body)
    decided = decide(payment, accounts, rules, tried=tried)
    shuffled = random.sample(accounts, len(accounts))
    assert decide(payment, shuffled, rules, tried=tried) == decided

    rows = {row.code: row for row in decided.candidates}
    assert set(rows) == {row.code for row in accounts} and len(decided.candidates) == len(accounts)
    assert set(decided.order) == {code for code, row in rows.items() if row.state is not Taken.DROPPED}
    assert len(set(decided.order)) == len(decided.order)
    assert not set(decided.order) & tried
    assert (decided.outcome is Outcome.ROUTE) == bool(decided.order)
    assert all(row.reason in REASONS for row in decided.candidates)
    matched = [rules.rules[number - 1] for number in decided.rules]
    excluded = {code for rule in matched if rule.effect == "exclude" for code in rule.accounts}
    assert not set(decided.order) & excluded
    taken = [row.code for row in decided.candidates if row.state is Taken.TAKEN]
    assert taken == list(decided.order[:1])
    for code in decided.order:
        row = next(each for each in accounts if each.code == code)
        assert row.health.is_open and not row.is_paused and payment.brand in row.brands and payment.licence is not None
        assert not (decided.step_up and "challenge" in row.lacks)
