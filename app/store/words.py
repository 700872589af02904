"""Words by which requests are found: what a text is searched for, and how a question is put to each database.

Latin words are found by their beginning; Chinese, which has no spaces, by every two characters that follow each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MOST_WORDS = 8  # of one question
LONGEST_WORD = 40
STRETCH = "~"  # stands, before each word of a question to PostgreSQL, for the stretch of numbers that is asked
RUN = re.compile(r"[0-9a-z]+|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def words_of(*texts: str) -> list[str]:
    """What texts are searched for, each word once, in their order."""
    return list(dict.fromkeys(word for text in texts for run in _runs(text) for word in _cut(run)))


def seat_word(membership: int, function: str) -> str:
    """A word that no text holds: the request is of that membership and function."""
    return f"z{membership}z{re.sub('[^a-z0-9]', '', function.lower())}z"


def desk_word(desk: str) -> str:
    """The same for the desk that leads a request."""
    return f"zdesk{desk.lower()}z"


def for_sqlite(question: str, audience: Iterable[str] = ()) -> str:
    """A question as FTS5 reads it: every word, and one of the audience if there is any."""
    asked = [f'"{word}"*' if is_begun else f'"{word}"' for word, is_begun in _asked(question)]
    either = " OR ".join(f'"{word}"' for word in audience)
    return " AND ".join([*asked, f"({either})"] if either else asked)


def for_postgresql(question: str, audience: Iterable[str] = ()) -> str:
    """The same as PostgreSQL reads it, of a stretch of numbers that is still to be named."""
    asked = [f"'{STRETCH}{word}':*" if is_begun else f"'{STRETCH}{word}'" for word, is_begun in _asked(question)]
    either = " | ".join(f"'{STRETCH}{word}'" for word in audience)
    return " & ".join([*asked, f"({either})"] if either else asked)


def has_words(question: str) -> bool:
    """Whether there is anything to look for."""
    return bool(_asked(question))


def holds(question: str, *texts: str) -> bool:
    """Whether texts hold everything that is asked for, by the same rule."""
    known = words_of(*texts)
    return all(
        any(one.startswith(word) if is_begun else one == word for one in known) for word, is_begun in _asked(question)
    )


def _asked(question: str) -> list[tuple[str, bool]]:
    """The words of a question, and whether each is only the beginning of one."""
    found = [(word, word.isascii() or len(run) == 1) for run in _runs(question)[:MOST_WORDS] for word in _cut(run)]
    return list(dict.fromkeys(found))[: 2 * MOST_WORDS]


def _runs(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return RUN.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def _cut(run: str) -> list[str]:
    if run.isascii():
        return [run[:LONGEST_WORD]]
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]
