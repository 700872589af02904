"""Raw texts as typed values: one marshmallow field for each kind of question."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from engine.forms.identifiers import IDENTIFIERS, NotOne
from engine.forms.questions import Field
from engine.forms.spoken import LEAP_YEAR, grouped
from engine.sentence import say

MOST_MARKS = 30
MOST_TAGS = 50
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def typed_field(entry: Field, choices: Sequence[tuple[str, str]]) -> fields.Field[Any]:
    """The marshmallow field that reads the raw answer to a question."""
    return _TYPES[entry.kind](entry, choices)


def normal(text: str) -> str:
    """Text in NFC with plain line ends; control characters stay, for `check` to name them."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain.strip() if plain.isascii() else unicodedata.normalize("NFC", _stream_safe(plain)).strip()


def _stream_safe(text: str) -> str:
    """At most 30 marks on one letter, as Unicode's stream-safe format has it: NFC is quadratic in a longer run."""
    kept, run = [], 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def day(text: str) -> date | None:
    """The day that somebody has typed, in any order of its parts that people use here."""
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d %m %Y", "%d-%m-%Y"):
        try:
            return datetime.strptime(text.replace(" / ", "/"), pattern).date()
        except ValueError:
            continue
    return None


class _Answer(fields.Field[Any]):
    """A raw text that becomes one typed value; empty text becomes None."""

    def __init__(self, entry: Field, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(allow_none=True, required=False)
        self.entry = entry
        self.choices = choices

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        """The typed value of a raw text."""
        text = normal(value) if isinstance(value, str) else ""
        return self.parse(text) if text else self.empty()

    def empty(self) -> Any:
        return None

    def parse(self, text: str) -> Any:
        raise NotImplementedError


class _Text(_Answer):
    def parse(self, text: str) -> str:
        entry = self.entry
        if CONTROL.search(text) or (entry.kind != "textarea" and "\n" in text):
            raise ValidationError(say("Remove the characters that cannot be printed"))
        if len(text) > entry.longest:
            raise ValidationError(
                say(
                    "Enter at most {longest:,} characters; this has {number:,}", longest=entry.longest, number=len(text)
                )
            )
        if len(text) < entry.shortest:
            raise ValidationError(say("Enter at least {shortest} characters", shortest=entry.shortest))
        return text


class _Number(_Answer):
    def parse(self, text: str) -> Any:
        entry = self.entry
        value = number(text)
        if value is None:
            raise ValidationError(say("Enter {label} as a number, such as 50,000,000", label=entry.label))
        if -value.as_tuple().exponent > entry.decimals:  # type: ignore[operator]
            raise ValidationError(
                say("Enter a whole number")
                if not entry.decimals
                else say("Enter at most {decimals} decimals", decimals=entry.decimals)
            )
        if entry.least is not None and value < entry.least:
            raise ValidationError(say("Enter {grouped} or more", grouped=grouped(entry.least)))
        if entry.most is not None and value > entry.most:
            raise ValidationError(say("Enter {grouped} or less", grouped=grouped(entry.most)))
        return value


class _Day(_Answer):
    def parse(self, text: str) -> date:
        found = day(text)
        if found is None:
            raise ValidationError(say("Enter {label} as day/month/year, such as 26/11/2026", label=self.entry.label))
        if not 1900 <= found.year <= 2199:
            raise ValidationError(say("Enter a date between 1900 and 2199"))
        return found


class _Time(_Answer):
    def parse(self, text: str) -> str:
        found = TIME.fullmatch(text)
        if found is None:
            raise ValidationError(say("Enter {label} as hours and minutes, such as 09:30", label=self.entry.label))
        return f"{int(found[1]):02}:{found[2]}"


class _MonthDay(_Answer):
    def parse(self, text: str) -> str:
        found = MONTH_DAY.fullmatch(text)
        month, day = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= month <= 12 or not 1 <= day <= monthrange(LEAP_YEAR, month)[1]:
            raise ValidationError(say("Enter {label} as a month and a day that it has", label=self.entry.label))
        return f"{month:02}-{day:02}"


class _Email(_Text):
    def parse(self, text: str) -> str:
        plain = super().parse(text)
        if not EMAIL.fullmatch(plain):
            raise ValidationError(
                say("Enter {label} as an e-mail address, such as name@example.com", label=self.entry.label)
            )
        return plain


class _Phone(_Text):
    def parse(self, text: str) -> str:
        digits = PUNCTUATION.sub("", super().parse(text))
        digits = f"+852{digits}" if LOCAL_PHONE.fullmatch(digits) else digits
        if not PHONE.fullmatch(digits) or (digits.startswith("+852") and len(digits) != 12):
            raise ValidationError(
                say("Enter {label} as 8 digits, or with + and the country code", label=self.entry.label)
            )
        return digits


class _Url(_Text):
    def parse(self, text: str) -> str:
        plain = super().parse(text)
        if not URL.fullmatch(plain):
            raise ValidationError(say("Enter {label} as an address that begins with https://", label=self.entry.label))
        return plain


class _Identifier(_Text):
    def parse(self, text: str) -> str:
        try:
            return IDENTIFIERS[self.entry.kind](super().parse(text))
        except NotOne as error:
            raise ValidationError(str(error)) from error


class _Checklist(_Answer):
    def parse(self, text: str) -> list[str] | None:
        wanted = {line.strip() for line in text.split("\n")} - {""}
        if wanted - {value for value, _ in self.choices}:
            raise ValidationError(say("Choose {label} from the list", label=self.entry.label))
        return [value for value, _ in self.choices if value in wanted] or None


class _Tags(_Answer):
    def parse(self, text: str) -> list[str] | None:
        tags = list(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))
        if len(tags) > MOST_TAGS:
            raise ValidationError(
                say("Enter at most {most_tags} lines; this has {number:,}", most_tags=MOST_TAGS, number=len(tags))
            )
        line = _Text(self.entry, self.choices)
        return [line.parse(tag) for tag in tags] or None


class _Address(_Answer):
    """The lines of an address; one of which only the country is known is none."""

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        """The typed value of raw lines by their keys."""
        raw = value if isinstance(value, Mapping) else {}
        lines, errors = {}, {}
        for entry in self.entry.fields:
            try:
                lines[entry.key] = typed_field(entry, entry.options).deserialize(raw.get(entry.key))
            except ValidationError as error:
                errors[entry.key] = error.messages
        if errors:
            raise ValidationError(errors)
        if not any(text for key, text in lines.items() if key != "country"):
            return None
        missing = [entry for entry in self.entry.fields if entry.key in NEEDED_LINES and not lines[entry.key]]
        if missing:
            raise ValidationError({entry.key: [say("Enter {lower}", lower=entry.label.lower())] for entry in missing})
        return lines


class _Elsewhere(_Answer):
    """What no text answers: files come by an upload."""

    def parse(self, text: str) -> None:
        return None


class _Choice(_Answer):
    def parse(self, text: str) -> str:
        if text not in {value for value, _ in self.choices}:
            raise ValidationError(say("Choose {label} from the list", label=self.entry.label))
        return text


class _YesNo(_Answer):
    def parse(self, text: str) -> bool:
        if text not in ("yes", "no"):
            raise ValidationError(say("Choose yes or no"))
        return text == "yes"


class _Tick(_Answer):
    def empty(self) -> bool:
        return False

    def parse(self, text: str) -> bool:
        if text not in ("yes", "on", "true"):
            raise ValidationError(say("Tick the box or leave it empty"))
        return True


_TYPES: dict[str, type[_Answer]] = {
    "text": _Text,
    "textarea": _Text,
    "number": _Number,
    "money": _Number,
    "date": _Day,
    "select": _Choice,
    "radio": _Choice,
    "yesno": _YesNo,
    "checkbox": _Tick,
    "declaration": _Tick,
    "time": _Time,
    "month_day": _MonthDay,
    "email": _Email,
    "phone": _Phone,
    "url": _Url,
    "checklist": _Checklist,
    "tags": _Tags,
    "address": _Address,
    "file": _Elsewhere,
    **dict.fromkeys(IDENTIFIERS, _Identifier),
}
NEEDED_LINES = frozenset({"line1", "country"})
TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::00)?")
MONTH_DAY = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{HOST}")
PUNCTUATION = re.compile(r"[ ()\-]")
LOCAL_PHONE = re.compile(r"[0-9]{8}")
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
URL = re.compile(rf"https://{HOST}(?::[0-9]{{2,5}})?(?:[/?#][!-~]*)?")
# Commas stand before each three digits or nowhere: who types 1,5 means no fifteen.
NUMBER = re.compile(r"-?([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,6})?")


def number(text: str) -> Decimal | None:
    """The number in a text, with or without separators and HKD; None when it is none."""
    plain = text.replace(" ", "").removeprefix("HKD").removeprefix("$")
    return Decimal(plain.replace(",", "")) if NUMBER.fullmatch(plain) else None
