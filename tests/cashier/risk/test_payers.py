"""Whether who paid is who plays: names as banks write them (K10)."""

import pytest

from cashier.risk import HIDDEN, Payer, Person, compare, payer_in, without_payer
from cashier.risk.names import likeness

pytestmark = pytest.mark.spec("K10")
THRESHOLD = 85

SAME = [
    ("Ada Lovelace", "ADA LOVELACE"),
    ("Ada Lovelace", "LOVELACE, ADA"),
    ("Ada Lovelace", "Mrs. A. Lovelace"),
    ("Ada Byron Lovelace", "Lovelace Ada"),
    ("Ada Lovelace", "Lovelace Ada Augusta Byron"),
    ("Ada Lovelace", "ADALOVELACE"),
    ("Jürgen Müller", "JUERGEN MUELLER"),
    ("Jürgen Müller", "Jurgen Muller"),
    ("Zoë Łukasiewicz", "ZOE LUKASIEWICZ"),
    ("Søren Kierkegaard", "SOEREN KIERKEGAARD"),
    ("Юлия Иванова", "Yuliya Ivanova"),
    ("Дмитрий Шостакович", "DMITRII SHOSTAKOVICH"),
    ("Νίκος Παπαδόπουλος", "NIKOS PAPADOPOULOS"),
    ("Vincent van Gogh", "GOGH VINCENT"),
    ("Seán O'Brien", "SEAN OBRIEN"),
    ("Jean-Luc Picard", "JEAN LUC PICARD"),
    ("Katarzyna Nowak", "KATARZINA NOWAK"),
]
OTHER = [
    ("Ada Lovelace", "William King"),
    ("Ada Lovelace", "William Lovelace"),
    ("Ada Lovelace", "Ada King"),
    ("Ada Lovelace", "A. L."),
    ("Ada Lovelace", "Ada"),
    ("Ada Lovelace", "Lovelace Holdings Ltd"),
    ("Maria Garcia", "Mario Garzon"),
    ("Юлия Иванова", "Petr Sidorov"),
    ("Ada Lovelace", ""),
    ("Ada Lovelace", "Mrs"),
]


@pytest.mark.parametrize(("player", "payer"), SAME)
def test_one_person_in_another_spelling_is_the_same(player: str, payer: str) -> None:
    verdict = compare(Payer(payer), Person([player]), threshold=THRESHOLD)
    assert (verdict.is_same, verdict.reason) == (True, "name_agrees"), verdict


@pytest.mark.parametrize(("player", "payer"), OTHER)
def test_another_person_is_not_the_player(player: str, payer: str) -> None:
    assert likeness(player, payer) < THRESHOLD
    assert compare(Payer(payer, "DE00"), Person([player], ["MT1"]), threshold=THRESHOLD).is_same is False


@pytest.mark.parametrize(("player", "payer"), SAME + OTHER)
def test_likeness_has_no_sides(player: str, payer: str) -> None:
    assert likeness(player, payer) == likeness(payer, player)


def test_the_iban_says_more_than_a_name() -> None:
    person = Person(["Ada Lovelace"], ["MT84 MALT 0110 0001 2345 MTLC AST0 01S"])
    assert compare(Payer("W King", "mt84malt011000012345mtlcast001s"), person, threshold=THRESHOLD).reason == "iban_agrees"
    assert compare(Payer("", "DE89370400440532013000"), person, threshold=THRESHOLD).reason == "iban_differs"
    assert compare(Payer("Ada Lovelace", "DE89370400440532013000"), person, threshold=THRESHOLD).is_same is True


def test_a_joint_account_waits_for_a_person() -> None:
    for name in ("Ada Lovelace and William King", "LOVELACE A & KING W", "Ada Lovelace / W. King"):
        assert compare(Payer(name), Person(["Ada Lovelace"]), threshold=THRESHOLD).reason == "joint_account"


def test_what_cannot_be_compared_is_no_verdict() -> None:
    assert compare(Payer("Ada Lovelace"), Person(), threshold=THRESHOLD).is_same is None
    assert compare(Payer("王小明"), Person(["Wang Xiaoming"]), threshold=THRESHOLD).reason == "other_script"
    assert compare(Payer("王小明"), Person(["王小明"]), threshold=THRESHOLD).is_same is not False


def test_any_of_the_players_names_will_do() -> None:
    assert compare(Payer("Ada King"), Person(["Ada Lovelace", "Ada King"]), threshold=THRESHOLD).is_same is True


@pytest.mark.parametrize(
    ("body", "payer"),
    [
        ({"payer": {"name": " Ada  Lovelace", "iban": "MT84"}}, Payer("Ada Lovelace", "MT84")),
        ({"latest_charge": {"payment_method_details": {"ideal": {"verified_name": "A LOVELACE"}}}}, Payer("A LOVELACE")),
        ({"additionalData": {"ownerName": "A LOVELACE", "iban": "NL13TEST0123456789"}}, Payer("A LOVELACE", "NL13TEST0123456789")),
        ({"latest_charge": {"billing_details": {"name": "typed by the player"}}}, Payer()),
        ({"payer": None, "x": [1, {"y": None}]}, Payer()),
        ({}, Payer()),
    ],
)
def test_the_payer_is_read_where_each_provider_names_it(body: object, payer: Payer) -> None:
    assert payer_in(body) == payer


def test_nothing_that_names_the_payer_is_kept_or_shown() -> None:
    body = {"payer": {"name": "Ada"}, "a": [{"ownerName": "Ada", "iban": "MT84"}], "billing_details": {"name": "Ada"}, "state": "CAPTURED"}
    kept = without_payer(body)
    assert kept == {"payer": HIDDEN, "a": [{"ownerName": HIDDEN, "iban": HIDDEN}], "billing_details": HIDDEN, "state": "CAPTURED"}
    assert "Ada" not in repr(kept) and "Ada" not in repr(payer_in(body)) and "Ada" not in repr(Person(["Ada"]))
