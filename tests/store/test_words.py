"""By which words a text is found, in Latin letters and in Chinese."""

import pytest

from app.store import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CT027-20261123-000042", ["ct027", "20261123", "000042"]),
        ("Chān Wài & Sons", ["chan", "wai", "sons"]),
        ("買賣盤價值上限", ["買賣", "賣盤", "盤價", "價值", "值上", "上限"]),
        ("限", ["限"]),
        ("ＡＢＣ １２", ["abc", "12"]),
        ('\' OR "*" -- %_', ["or"]),
    ],
)
def test_a_text_is_cut_into_words(text, found):
    assert words.words_of(text) == found


@pytest.mark.parametrize(
    ("question", "is_held"),
    [
        ("limi firm", True),
        ("firm limit", True),
        ("上限", True),
        ("價值上限", True),
        ("限", False),
        ("上", True),
        ("imit", False),
        ("限上", False),
    ],
)
def test_a_question_is_held_by_beginnings_and_by_neighbours(question, is_held):
    assert words.holds(question, "Limit for all of the firm 買賣盤價值上限") is is_held


def test_nothing_but_signs_is_no_question():
    assert not words.has_words("%%% ''")
