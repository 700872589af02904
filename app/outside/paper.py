"""Sheets of A4 with our type on them: wrapped text, running head and foot."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import cast
from xml.sax.saxutils import escape

import fpdf
from fpdf.enums import TextMode
from fpdf.fonts import TTFFont

from app.outside.printed import PAGE, said
from app.outside.typefaces import FILES, FONTS, INTER, family_of

Colour = tuple[int, int, int]

# Raise the number with every change of the pages: `pdf.check` redraws them and compares byte by byte.
PRODUCER = f"fpdf2 {version('fpdf2')}, fontTools {version('fonttools')}, pages 4"

INK, INK_2, INK_3 = (20, 32, 46), (74, 90, 107), (100, 116, 139)
LINE, GROUND, PAPER = (221, 227, 234), (245, 247, 249), (255, 255, 255)
BRAND, BRAND_2, BRAND_SOFT = (15, 61, 99), (21, 86, 139), (231, 240, 248)
WAITING, WAITING_SOFT = (138, 90, 0), (255, 244, 220)
ERROR, ERROR_SOFT = (164, 38, 44), (253, 236, 236)
SUCCESS, SUCCESS_SOFT = (29, 107, 69), (229, 244, 236)
DRAFT, DRAFT_SOFT = (85, 96, 109), (238, 240, 243)

MARGIN, TOP, BOTTOM = 16.0, 24.0, 18.0
PAGE_CAP = 200
POINT = 25.4 / 72
SMALLEST_BOLD = 9.5  # smaller Chinese letters clog on a screen; pages in English hold few of them
ENGLISH: Mapping[str, str] = {}
TAB = "    "
# They have a glyph or a width, but nothing to see.
UNSEEN = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)}
)
NEVER_FIRST = frozenset("，。、；：！？）」』】》〉〕％…·,.;:!?)]}%")
NEVER_LAST = frozenset("（「『【《〈〔([{")


class Full(Exception):
    """The paper has as many pages as it may have."""


@dataclass(frozen=True)
class Face:
    """How a text is set. size: points."""

    size: float = 9
    bold: bool = False
    colour: Colour = INK

    @property
    def leading(self) -> float:
        """The height of a line in millimetres."""
        return self.size * 1.42 * POINT


@dataclass(frozen=True)
class Piece:
    """A text in a cell: its face, whether it is struck out or tinted, the millimetres above it."""

    text: str
    face: Face = Face()
    struck: bool = False
    tint: Colour | None = None
    gap: float = 0.0

    @property
    def height(self) -> float:
        """What the piece takes when it is one line."""
        return self.face.leading + self.gap


class Paper(fpdf.FPDF):
    """A PDF/A-3 in the making; the same calls make the same bytes."""

    def __init__(
        self,
        title: str,
        made_at: datetime,
        head: str,
        foot: tuple[str, str],
        *,
        language: str = "",
        words: Mapping[str, str] = ENGLISH,
    ) -> None:
        """Begin it; language, words: of the pages where it is not English, and what they say by the English texts."""
        super().__init__(unit="mm", format="A4", enforce_compliance="PDF/A-3B")
        self.set_margins(MARGIN, TOP, MARGIN)
        self.set_auto_page_break(False)
        self.set_creation_date(made_at)
        self.set_lang(language.replace("_", "-") or "en-HK")
        self.viewer_preferences = fpdf.ViewerPreferences(display_doc_title=True)
        self.add_font(INTER, "B", FONTS / "inter-semibold.woff")
        self._advances: dict[tuple[str, bool], float] = {}
        self._head, self._foot, self._words = head, foot, words
        self.set_xmp_metadata(_metadata(self.visible(title), made_at))

    def __enter__(self) -> "Paper":
        return self

    def __exit__(self, *_: object) -> None:
        for font in self.fonts.values():
            cast(TTFFont, font).ttfont.close()

    @property
    def is_translated(self) -> bool:
        """Whether the pages say anything in other words than English ones."""
        return bool(self._words)

    @property
    def left(self) -> float:
        """Where the text begins, in millimetres from the left edge."""
        return MARGIN

    @property
    def measure(self) -> float:
        """How wide the text may be, in millimetres."""
        return float(self.w) - 2 * MARGIN

    @property
    def room(self) -> float:
        """What is left of this page, in millimetres."""
        return float(self.h) - BOTTOM - float(self.y)

    def turn(self, *, landscape: bool = False, last: bool = False) -> None:
        """Begin the next page; raises Full when only the last of `PAGE_CAP` pages is left, which `last` may take."""
        if not last and self.page >= PAGE_CAP - 1:
            raise Full
        self.add_page(orientation="landscape" if landscape else "portrait")
        self.y = TOP

    def need(self, height: float) -> None:
        """Begin the next page unless so many millimetres are left on this one."""
        if self.room < height:
            self.turn()

    def said(self, text: str, **values: object) -> str:
        """A text in the language of the pages, with its values."""
        return said(self._words, text, **values)

    def visible(self, text: str) -> str:
        """The text as it can be printed: what cannot be seen or has no glyph is named by its code point."""
        plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).replace("\t", TAB)
        return "".join(letter if self._prints(letter) else f"[U+{ord(letter):04X}]" for letter in plain)

    def width_of(self, text: str, face: Face) -> float:
        """The width in millimetres of a text that went through `visible`."""
        return sum(self._advance(letter, face) for letter in text)

    def wrap(self, text: str, width: float, face: Face) -> list[str]:
        """The lines, at least one, into which a text breaks at this width."""
        return [line for paragraph in self.visible(text).split("\n") for line in self._fold(paragraph, width, face)]

    def one_line(self, text: str, width: float, face: Face) -> str:
        """The first line of a text at this width; an ellipsis says that there is more."""
        return self.few_lines(text, width, face, 1)[0]

    def few_lines(self, text: str, width: float, face: Face, most: int) -> list[str]:
        """The first lines of a text at this width; an ellipsis says that there is more."""
        lines = self.wrap(text, width, face)
        if len(lines) <= most:
            return lines
        room = width - self.width_of("…", face)
        return [*lines[: most - 1], next(self._fold(lines[most - 1], room, face)) + "…"]

    def put(self, x: float, y: float, text: str, face: Face) -> float:
        """Set one line with its top at `y` and return where it ends."""
        baseline = y + face.leading * 0.5 + face.size * 0.36 * POINT
        self.set_text_color(*face.colour)
        for family, run in self._runs(text):
            self._put_run(x, baseline, run, family, face)
            x += self.width_of(run, face)
        return x

    def put_right(self, x: float, y: float, text: str, face: Face) -> None:
        """Set one line that ends at `x`."""
        self.put(x - self.width_of(text, face), y, text, face)

    def flow(self, text: str, face: Face, width: float | None = None, x: float = MARGIN) -> None:
        """Set a text of any length from here on, over as many pages as it takes."""
        for line in self.wrap(text, width or self.measure, face):
            self.need(face.leading)
            self.put(x, self.y, line, face)
            self.y += face.leading

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        *,
        fill: Colour | None = None,
        edge: Colour | None = None,
        radius: float = 1.6,
    ) -> None:
        """Draw a rectangle with round corners."""
        self.set_line_width(0.2)
        self.set_fill_color(*(fill or PAPER))
        self.set_draw_color(*(edge or LINE))
        style = ("D" if edge else "") + ("F" if fill else "")
        self.rect(x, y, w, h, style=style, round_corners=radius > 0, corner_radius=radius)

    def rule(
        self, y: float, colour: Colour = LINE, x: float = MARGIN, width: float | None = None, weight: float = 0.2
    ) -> None:
        """Draw a horizontal line."""
        self.set_line_width(weight)
        self.set_draw_color(*colour)
        self.line(x, y, x + (width or self.measure), y)

    def dot(self, x: float, y: float, radius: float, fill: Colour, edge: Colour | None = None) -> None:
        """Draw a disc around a point."""
        self.set_line_width(0.35)
        self.set_fill_color(*fill)
        self.set_draw_color(*(edge or fill))
        self.circle(x, y, radius, style="DF")

    def header(self) -> None:
        """The running head; called by fpdf2 at the start of each page."""
        top = 10.0
        self.set_fill_color(*BRAND)
        self.rect(MARGIN, top, 4.2, 4.2, style="F", round_corners=True, corner_radius=0.9)
        self.set_fill_color(58, 160, 140)
        self.polygon([(MARGIN + 4.0, top + 0.9), (MARGIN + 4.0, top + 4.0), (MARGIN + 0.9, top + 4.0)], style="F")
        self.put(MARGIN + 6, top + 0.05, "Client Connect", Face(9, bold=True))
        self.put_right(self.w - MARGIN, top + 0.05, self._head, Face(8, colour=INK_3))
        self.rule(17.5)

    def footer(self) -> None:
        """The running foot; called by fpdf2 at the end of each page."""
        y, face = self.h - 13.0, Face(7.5, colour=INK_3)
        self.rule(y - 1.5)
        left, right = self._foot
        self.put(MARGIN, y, left, face)
        self.put_right(self.w - MARGIN, y, right, face)
        self._font(INTER, bold=False)
        self.set_font(INTER, "", face.size)
        self.set_xy(self.w / 2 - 20, y + 0.16)
        number = self.said(PAGE, page=self.page, pages=self.str_alias_nb_pages)
        self.cell(40, face.leading, number, align="C")

    def _prints(self, letter: str) -> bool:
        if letter in "\n ":
            return True
        if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} or ord(letter) in UNSEEN:
            return False
        return family_of(letter) is not None

    def _advance(self, letter: str, face: Face) -> float:
        width = self._advances.get((letter, face.bold))
        if width is None:
            font = self._font(family_of(letter) or INTER, face.bold)
            width = self._advances[letter, face.bold] = font.cw[ord(letter)] / 1000 * POINT
        return width * face.size

    def _font(self, family: str, bold: bool) -> TTFFont:
        """The font, read when the first of its letters is set; the Chinese ones have one weight only."""
        key = family + "B" * (bold and family == INTER)
        if key not in self.fonts:
            self.add_font(family, "", FONTS / FILES[family])
        return cast(TTFFont, self.fonts[key])

    def _fold(self, text: str, width: float, face: Face) -> Iterator[str]:
        start, stop, used = 0, 0, 0.0
        for here, letter in enumerate(text):
            advance = self._advance(letter, face)
            if used + advance > width and here > start and letter != " ":
                end = stop if stop > start else here
                yield text[start:end].rstrip(" ")
                start, used = end, self.width_of(text[end:here], face)
            used += advance
            if _may_break(text, here):
                stop = here + 1
        yield text[start:].rstrip(" ")

    def _runs(self, text: str) -> Iterator[tuple[str, str]]:
        start = 0
        for here in range(1, len(text) + 1):
            if here == len(text) or family_of(text[here]) != family_of(text[start]):
                yield family_of(text[start]) or INTER, text[start:here]
                start = here

    def _put_run(self, x: float, baseline: float, run: str, family: str, face: Face) -> None:
        self._font(family, face.bold)
        thick = face.bold and family != INTER
        self.set_font(family, "B" if face.bold and not thick else "", face.size)
        if not thick or (self.is_translated and face.size < SMALLEST_BOLD):
            self.text(x, baseline, run)
            return
        # A thin line around each glyph makes the bold one.
        with self.local_context(text_mode=TextMode.FILL_STROKE, line_width=face.size * 0.03, draw_color=face.colour):
            self.text(x, baseline, run)


def _may_break(text: str, here: int) -> bool:
    letter, following = text[here], text[here + 1 : here + 2]
    if letter == " ":
        return True
    if letter in NEVER_LAST or following in NEVER_FIRST:
        return False
    return letter in "-/" or _is_wide(letter) or (following != "" and _is_wide(following))


def _is_wide(letter: str) -> bool:
    return ord(letter) >= 0x2E80 and unicodedata.east_asian_width(letter) in {"W", "F"}


def _metadata(title: str, made_at: datetime) -> str:
    at = made_at.isoformat(timespec="seconds")
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmp:CreatorTool="Client Connect" xmp:CreateDate="{at}" xmp:ModifyDate="{at}" xmp:MetadataDate="{at}"
 pdf:Producer="{PRODUCER}" pdfaid:part="3" pdfaid:conformance="B">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
<dc:format>application/pdf</dc:format>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>"""
