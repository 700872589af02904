"""The drawing as an ordered text: nothing of any eService's drawing is missing, and a request's place is marked."""

import re

import pytest

from app.commands.definitions import read_folder
from app.languages import translated
from engine.drawings import outline
from engine.drawings.wording import Wording
from engine.running import definition
from tests.commands.office import ROOT

FOLDER = read_folder(ROOT)
LATIN = re.compile(r"[A-Za-z]{2,}")
PROPER = {"CCASS", "CCDA", "CCMS", "DCASS", "HKEX", "OCG", "OTP", "PTRM", "SFTP", "SPSA"}
CODES = sorted(re.findall(r"processes/([A-Z]{2}[0-9]{3})\.bpmn", " ".join(FOLDER)))


@pytest.fixture(scope="module")
def compiled():
    """Every eService, compiled when it is first asked for."""
    known = {}

    def of(code):
        if code not in known:
            known[code] = definition.compiled(definition.gather(FOLDER, code), code)
        return known[code]

    return of


def told(made, **titles):
    return outline.outline(made.drawings, made.eservice.code, "HKEX", **titles)


def every(parts):
    return [one for part in parts for one in (part, *every(part.within))]


def placed(made, code=None, above="", scope=""):
    """Every element with its place, patterns in place."""
    drawing = made.drawings[code or made.eservice.code]
    for element in drawing.elements.values():
        if element.parent == scope:
            key = f"{above}{element.id}"
            yield drawing, element, above, key
            if element.called:
                yield from placed(made, element.called, f"{key}/")
            elif element.kind == "subProcess":
                yield from placed(made, drawing.process, f"{key}/", element.id)


@pytest.mark.parametrize("code", CODES)
def test_every_step_gateway_and_milestone_is_a_part_of_its_own_and_every_end_is_told(compiled, code):
    made = compiled(code)
    parts = {part.key: part for part in every(told(made))}
    words = "\n".join(outline.lines(told(made)))
    missing = [
        key
        for _, element, _, key in placed(made)
        if element.kind != "boundaryEvent"
        and key not in parts
        and not (element.kind == "endEvent" and f"(“{element.name}”)" in words)
    ]
    assert missing == []


@pytest.mark.parametrize("code", CODES)
def test_every_user_task_is_told_with_its_lane(compiled, code):
    made = compiled(code)
    parts = {part.key: part for part in every(told(made))}
    tasks = [(parts[key], element) for _, element, _, key in placed(made) if element.kind == "userTask"]
    assert [(part.title, part.lane) for part, _ in tasks] == [(e.name, outline.LANES[e.lane]) for _, e in tasks]


@pytest.mark.parametrize("code", CODES)
def test_every_branch_of_a_gateway_is_told_at_it(compiled, code):
    made = compiled(code)
    parts = {part.key: part for part in every(told(made))}
    for drawing, element, above, key in placed(made):
        flows = drawing.outgoing(element.id)
        if len(flows) > 1:
            said = [note for note in parts[key].notes if "step " in note]
            wanted = {f"step {parts[f'{above}{flow.target}'].number}, " for flow in flows}
            assert len(said) == len(flows) and all(any(one in note for note in said) for one in wanted)


@pytest.mark.parametrize("code", CODES)
def test_every_timer_and_way_out_is_told_at_its_host(compiled, code):
    made = compiled(code)
    parts = {part.key: part for part in every(told(made))}
    for _, element, above, _ in placed(made):
        if element.kind == "boundaryEvent":
            word = f"Timer “{element.name}”" if element.timer else f"Way out “{element.properties['title']}”"
            assert len([note for note in parts[f"{above}{element.attached_to}"].notes if word in note]) == 1


@pytest.mark.parametrize("code", CODES)
def test_no_expression_is_left_as_the_analyst_wrote_it(compiled, code):
    words = "\n".join(outline.lines(told(compiled(code))))
    assert not re.search(r"==|!=|case\.|cutoff_after|days_from_now|form\.", words)


@pytest.mark.parametrize("language", ["zh_Hant", "zh_Hans"])
@pytest.mark.parametrize("code", CODES)
def test_in_chinese_no_line_holds_an_english_word(compiled, code, language):
    parts = every(told(compiled(code)))
    said = [translated(line, language) for part in parts for line in (part.title, part.lane, *part.notes)]
    assert {word for line in said for word in LATIN.findall(line)} <= PROPER


def test_in_chinese_a_line_is_one_sentence_in_the_order_of_chinese(compiled):
    notes = [note for part in every(told(compiled("CT027"))) for note in part.notes]
    said = next(translated(note, "zh_Hant") for note in notes if note.startswith("If the checker returns it"))
    assert re.fullmatch(r"若覆核人退回，前往步驟[0-9.]+「覆核人退回」。", said)


def test_the_text_of_a_drawing_is_the_same_every_time(compiled):
    made = definition.compiled(definition.gather(FOLDER, "MS001"), "MS001")
    assert told(made) == told(compiled("MS001"))


def test_the_usual_way_is_told_first_and_what_was_returned_goes_back(compiled):
    words = outline.lines(told(compiled("CT027")))
    returned = words.index("  - Goes back to step 2.2, Complete and submit.")
    assert words.index("  2.4 Check. the checker") < words.index("  2.7 Process. the desk's processor") < returned


def test_decisions_say_who_decides_what(compiled):
    words = "\n".join(outline.lines(told(compiled("CT027"))))
    assert "If the checker returns it, it goes on with step" in words
    assert "If the desk's approver sends it back, it goes back to step" in words


def test_lanes_are_called_as_the_request_calls_them(compiled):
    titles = {"desk_maker": "HKEX CTO, processor"}
    assert "  2.7 Process. HKEX CTO, processor" in outline.lines(told(compiled("CT027"), lane_titles=titles))


def test_what_is_done_and_where_it_is_are_marked_up_to_the_patterns_around_it(compiled):
    parts = outline.marked(told(compiled("MS001")), ["request/second/next_fill"], ["opened", "request/submit"])
    states = {part.key: part.state for part in every(parts) if part.state}
    here = dict.fromkeys(["request", "request/second", "request/second/next_fill"], "here")
    assert states == here | {"opened": "done", "request/submit": "done"}


def test_a_task_that_is_open_for_several_is_one_step(compiled):
    parts = outline.marked(told(compiled("TM003")), ["request/process#CTO", "request/process#DTO"], [])
    assert [part.key for part in every(parts) if part.state] == ["request", "request/process"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('decision == "return"', "the checker returns it"),
        ('status != "DRAFT"', "the request is not “Draft”"),
        ('status in ["DRAFT", "RETURNED_BY_HKEX"]', "the request is “Draft” or “Returned by HKEX”"),
        ("case.single_eye", "one person of the desk decides alone"),
        ("not case.sent", "nobody else has read it"),
        ('form.action == "OPEN"', "“action” of the form is “OPEN”"),
        ("form.limit >= 5 and case.agreed", "“limit” of the form is at least “5” and the second company has agreed"),
    ],
)
def test_a_condition_is_told_in_words(written, said):
    assert Wording("HKEX").condition(written, "the checker").startswith(said)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("due", "when it is due"),
        ("cutoff_after(1)", "at the cut-off 1 business day after it begins"),
        ("cutoff_after(case.sla_days)", "at the cut-off 3 business days after it begins"),
        ("business_day_before(due)", "at 09:00 on the business day before it is due"),
        (
            "days_from_now(9) if status == 'DRAFT' else due",
            "9 days after it begins if the request is “Draft”, else when it",
        ),
    ],
)
def test_a_time_is_told_in_words(written, said):
    assert Wording("HKEX", 3).moment(written, "it begins").startswith(said)
