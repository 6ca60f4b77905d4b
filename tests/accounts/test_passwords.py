"""Hashing, judging and drawing passwords."""

import pytest
from argon2 import extract_parameters

from registry.accounts import passwords, policies
from registry.errors import InputRefused


def test_hash_is_argon2id_with_the_demanded_cost():
    cost = extract_parameters(passwords.hash_password("一句只有自己知道的话"))
    assert cost.type.name == "ID"
    assert (cost.memory_cost, cost.time_cost, cost.parallelism) == (19 * 1024, 2, 1)


def test_hash_opens_for_its_password_only_and_is_salted():
    first, second = (passwords.hash_password("一句只有自己知道的话") for _ in range(2))
    assert first != second
    assert passwords.matches(first, "一句只有自己知道的话")
    assert not passwords.matches(first, "一句只有自己知道的话 ")
    assert not passwords.matches("no hash at all", "x")


def test_full_width_letters_of_an_input_method_are_the_same_password():
    hashed = passwords.hash_password("horse-7-battery-staple")
    assert passwords.matches(hashed, "ｈｏｒｓｅ－７－ｂａｔｔｅｒｙ－ｓｔａｐｌｅ")


def test_one_time_passwords_differ_and_are_easy_to_read():
    drawn = {passwords.one_time() for _ in range(200)}
    assert len(drawn) == 200
    assert not set("".join(drawn)) & set("0O1lIi")
    assert all(len(password) == 19 for password in drawn)


@pytest.mark.parametrize(
    "chosen",
    [
        "码头 灯塔 石榴 七点半出发的船票",
        "correct horse battery staple",
        "t7!Kq-9zR2@vW-pX4",
    ],
)
def test_long_unpredictable_passwords_may_be_chosen(chosen):
    policies.judge(chosen, personal=("clerk-3310830010001", "李会计"))


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ("short-But-G00d", "password.short"),
        ("", "password.short"),
        ("x1" * 100, "password.long"),
        ("aaaaaaaaaaaaaaaaaa", "password.guessable"),
        ("123456789012345678", "password.guessable"),
        ("qwertyuiopasdfghjkl", "password.guessable"),
        ("password123456789", "password.guessable"),
        ("abcabcabcabcabcabc", "password.guessable"),
        ("987654321098765432", "password.guessable"),
        ("clerk-3310830010001", "password.guessable"),
        ("李会计李会计李会计李会计李会计12", "password.guessable"),
        ("玉环工会玉环工会玉环工会玉环工会", "password.guessable"),
    ],
)
def test_short_and_guessable_passwords_are_refused_with_a_way_out(chosen, code):
    with pytest.raises(InputRefused) as refused:
        policies.judge(chosen, personal=("clerk-3310830010001", "李会计"))
    assert refused.value.code == code
    assert chosen not in refused.value.message or not chosen


def test_a_name_that_begins_like_a_known_word_is_taken_away_whole():
    with pytest.raises(InputRefused, match="太容易被猜到"):
        policies.judge("administrator administrator", personal=("administrator", "张三"))
