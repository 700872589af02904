"""What an audit PDF says in words of its own, in English; a record holds them in the language of its pages."""

from collections.abc import Mapping
from datetime import datetime

from engine.hours import HONG_KONG
from engine.sentence import EXPRESSION, Sentence, say

ANSWERS = say("Answers")
AUDIT_TRAIL = say("Audit trail")
CLOSED = Sentence("Request closed", {}, "Closed")  # elsewhere it says that the exchange has a holiday
COMMENT_OF = say("Comment of entry {number}")
DECIDED = say("What was decided")
DONE = say("done")
DRAWING = say("Drawing: {title}")
EMBEDDED = say("Embedded in this file")
ENTRIES = say("{count} entries")
ENTRY = say("{count} entry")
ENTRY_COUNT = say("Entries")
EVERY_ENTRY = say(
    "Every entry is chained to the one before it. Anyone can check this file, offline and without the portal:"
)
FILE = say("{count} file")
FILES = say("{count} files")
FULL = say("An audit PDF has at most {pages} pages. The record inside this file is complete and sealed.")
HERE = say("stands here")
HOW_TO_VERIFY = say("How to verify")
IN_FULL = say("(in full at the end: {place})")
KEY = say("Key")
LAST_SEAL = say("Last seal")
MORE_STEPS = say("{count} more steps stand in the trail below.")
NAME = Sentence("File name", {}, "Name")  # elsewhere it is that of a person
NO_ANSWERS = say("No answers were given.")
NO_FILES = say("No supporting documents were uploaded.")
NOT_REACHED = say("not reached")
NOT_YET = say("Not yet: the trail so far")
NOTHING_YET = say("Nothing yet.")
NUMBER = say("No.")
OPENED = say("Opened")
PAGE = say("Page {page} of {pages}")
QUESTION = Sentence("Question on the form", {}, "Question")  # elsewhere it is the number of one
QUOTED = say("“{value}”")
REGISTER = say("Register")
RELEASE = Sentence("Release of the drawings", {}, "Release")  # elsewhere it is done to a task
RETOLD = say("These pages are in the language of their reader; the sealed record lies in this file unchanged.")
SEAL = say("Seal")
SEALED_AS = say("Seal {seal}")
SHA256 = say("SHA-256")
SIGNATURE = say("Signature")
SIGNED = say("Ed25519, over the last seal, the count and every embedded document")
SIZE = say("Size")
STOPS_HERE = say("The pages stop here")
SUPPORTING = say("Supporting documents")
TEXTS_IN_FULL = say("Texts in full")
THE_TRAIL = say("The trail")
TRAIL = say("Trail")
TRAIL_ITSELF = say("the trail itself, under the last seal above")
UNREADABLE = say("This drawing cannot be shown; it is embedded in this file as it was.")
UNSIGNED = say("none")
WHAT = say("What")
WHEN = say("When")
WHO = say("Who")

TEXTS = tuple(sorted(text for name, text in vars().items() if name.isupper() and isinstance(text, Sentence)))


def moment(at: datetime) -> Sentence:
    """A moment as the front page tells it: 23 Nov 2026 16:31 HKT."""
    return say("{day.day} {day:%b %Y %H:%M} HKT", day=at.astimezone(HONG_KONG))


def said(words: Mapping[str, str], text: str, **values: object) -> str:
    """A text as `words` give it, with its values; other braces stay, as it may come from a file that was changed."""
    return EXPRESSION.sub(lambda found: str(values.get(found[1], found[0])), words.get(text, text))
