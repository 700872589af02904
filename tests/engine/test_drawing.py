"""The picture of a drawing shows what is drawn, and nothing that a browser would run."""

import re
from pathlib import Path

import pytest
from lxml import etree

from engine.drawings import drawing
from engine.errors import BadDrawing

PROCESSES = Path(__file__).parents[2] / "processes"
MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SVG = "{http://www.w3.org/2000/svg}"
NODES = re.compile(r"(Event|Task|Gateway|Activity|subProcess|transaction)$")
SMALL = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="small">
  <bpmn:process id="small_process"><bpmn:startEvent id="begin" name="{begin}" />
    <bpmn:userTask id="review" name="{name}" />
    <bpmn:sequenceFlow id="begin_to_review" name="{flow}" sourceRef="begin" targetRef="review" /></bpmn:process>
  <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="small_process">
    <bpmndi:BPMNShape id="a" bpmnElement="begin"><dc:Bounds x="{x}" y="182" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="b" bpmnElement="review"><dc:Bounds x="300" y="160" width="120" height="80" />
    </bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="c" bpmnElement="begin_to_review"><di:waypoint x="136" y="200" /><di:waypoint x="300" y="200" />
    </bpmndi:BPMNEdge></bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"""


def small(name="Check", begin="", flow="", x="100", text=SMALL):
    return drawing.picture(text.format(name=name, begin=begin, flow=flow, x=x).encode())


def shipped():
    return sorted(PROCESSES.glob("*.bpmn"))


def written(picture, *, open=(), done=(), title="Where it is", **titles):
    text = drawing.svg(picture, open=frozenset(open), done=frozenset(done), title=title, lane_titles=titles)
    return etree.fromstring(text.encode())


def group(svg, key):
    return svg.find(f".//{SVG}g[@data-id='{key}']")


def words(element):
    return " ".join(element.itertext())


@pytest.fixture(scope="module")
def p1():
    return drawing.picture((PROCESSES / "P1.bpmn").read_bytes())


@pytest.fixture(scope="module")
def ct027():
    return drawing.picture((PROCESSES / "CT027.bpmn").read_bytes())


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_every_flow_node_of_a_shipped_drawing_has_a_shape(path):
    nodes = {
        node.get("id")
        for process in etree.parse(path).iter(f"{MODEL}process")
        for node in process.iter(f"{MODEL}*")
        if NODES.search(etree.QName(node).localname)
    }
    assert nodes == {shape.id for shape in drawing.picture(path.read_bytes()).shapes if shape.kind != "note"}


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_every_sequence_flow_of_a_shipped_drawing_has_a_line(path):
    flows = {flow.get("id") for flow in etree.parse(path).iter(f"{MODEL}sequenceFlow")}
    assert flows == {flow.id for flow in drawing.picture(path.read_bytes()).flows if flow.kind == "sequence"}


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_every_line_of_a_shipped_drawing_runs_level_or_upright(path):
    flows = drawing.picture(path.read_bytes()).flows
    assert all(a == c or b == d for flow in flows for (a, b), (c, d) in zip(flow.points, flow.points[1:], strict=False))


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_no_two_shapes_of_a_shipped_drawing_overlap(path):
    shapes = [
        shape for shape in drawing.picture(path.read_bytes()).shapes if shape.kind not in {"boundary", "sub_process"}
    ]
    assert not [
        (one.id, two.id)
        for place, one in enumerate(shapes)
        for two in shapes[place + 1 :]
        if abs(one.centre[0] - two.centre[0]) * 2 < one.width + two.width
        and abs(one.centre[1] - two.centre[1]) * 2 < one.height + two.height
    ]


def test_everything_lies_inside_the_picture(p1):
    corners = [corner for box in (*p1.lanes, *p1.shapes) for corner in box.corners]
    corners += [point for flow in p1.flows for point in flow.points]
    assert all(0 < x < p1.width and 0 < y < p1.height for x, y in corners)


def test_the_lanes_of_the_pattern_stand_in_order(p1):
    assert [lane.name for lane in p1.lanes] == ["maker", "checker", "desk_maker", "desk_checker"]


def test_a_timer_beside_a_task_is_a_boundary_that_does_not_interrupt(p1):
    reminder = next(shape for shape in p1.shapes if shape.id == "review_reminder")
    assert (reminder.kind, reminder.marker, reminder.interrupting) == ("boundary", "timer", False)


def test_a_way_out_is_an_interrupting_boundary_with_an_envelope(ct027):
    withdraw = next(shape for shape in ct027.shapes if shape.id == "withdraw")
    assert (withdraw.kind, withdraw.marker, withdraw.interrupting) == ("boundary", "message", True)


def test_the_name_of_an_event_without_a_place_stands_below_it():
    begin = small(begin="Begin").shapes[0]
    assert begin.label_at.y > begin.y + begin.height and begin.label_at.centre[0] == begin.centre[0]


def test_the_name_of_a_flow_without_a_place_stands_at_its_middle():
    flow = small(flow="Return").flows[0]
    assert flow.label_at.centre[0] == (flow.points[0][0] + flow.points[1][0]) / 2


def test_an_arrow_ends_where_its_flow_ends():
    flow = small().flows[0]
    assert flow.head[0] == flow.points[-1]


def test_the_svg_says_its_title_to_those_who_cannot_see_it(p1):
    svg = written(p1, title="Process: with the exchange")
    assert (svg.get("role"), svg.get("aria-label"), svg[0].text) == ("img", *["Process: with the exchange"] * 2)


def test_an_open_element_wears_the_token_and_a_badge(p1):
    svg = written(p1, open=["process"])
    assert "token" in group(svg, "process").get("class").split() and len(svg.findall(f"{SVG}g[@class='badge']")) == 1


def test_a_done_element_is_marked_done(p1):
    assert "done" in group(written(p1, done=["submit"]), "submit").get("class").split()


def test_an_open_element_is_not_shown_as_done(p1):
    svg = written(p1, open=["submit"], done=["submit"])
    assert "done" not in group(svg, "submit").get("class").split()


def test_an_unknown_id_leaves_no_mark(p1):
    assert written(p1, open=["nowhere"]).find(f"{SVG}g[@class='badge']") is None


def test_a_lane_shows_the_title_it_is_given(p1):
    assert words(group(written(p1, maker="Harbour Bright"), "lane_maker")) == "Harbour Bright"


def test_a_lane_title_breaks_before_the_first_shape(p1):
    lines = group(written(p1, maker="Harbour Bright Securities (Hong Kong) Limited"), "lane_maker").iter(f"{SVG}tspan")
    assert len(list(lines)) > 1


@pytest.mark.parametrize("place", ["name", "begin", "flow"])
def test_a_name_is_text_and_never_markup(place):
    picture = small(**{place: "&lt;script&gt;alert(1)&lt;/script&gt;"})
    svg = written(picture)
    assert "<script>" in words(svg).replace(" ", "") and not list(svg.iter(f"{SVG}script"))


def test_a_title_is_text_and_never_markup(p1):
    assert written(p1, title='"><script>').get("aria-label") == '"><script>'


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_the_svg_carries_no_style_no_id_and_no_reference(path):
    svg = written(drawing.picture(path.read_bytes()))
    assert {name for node in svg.iter() for name in node.attrib} & {"style", "id", "href", "onload"} == set()


def test_the_same_drawing_gives_the_same_svg(p1):
    again = drawing.picture((PROCESSES / "P1.bpmn").read_bytes())
    marks = {"open": frozenset({"process", "review"}), "done": frozenset({"submit", "begin"}), "title": "P1"}
    assert drawing.svg(p1, **marks) == drawing.svg(again, **marks)


def test_a_long_name_breaks_into_lines_that_fit_its_box():
    lines = drawing.wrap("Confirmation of the order consideration limit", 104, 13)
    assert len(lines) > 2 and all(drawing.measure(line, 13) <= 104 for line in lines)


def test_a_word_wider_than_its_box_breaks_inside():
    assert all(drawing.measure(line, 13) <= 60 for line in drawing.wrap("Unbreakablewordofgreatlength", 60, 13))


def test_a_chinese_name_breaks_between_any_two_characters():
    assert drawing.wrap("買賣盤價值上限設定確認", 52, 13) == ("買賣盤價", "值上限設", "定確認")


def test_breaking_a_text_loses_no_letter():
    text = "Harbour Bright 明港證券 (Hong Kong) Limited"
    assert "".join(drawing.wrap(text, 70, 13)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("number", ["", "wide", "nan", "inf", "1e9"])
def test_a_coordinate_that_is_no_place_is_refused(number):
    with pytest.raises(BadDrawing):
        small(x=number)


def test_a_drawing_without_a_diagram_is_refused():
    with pytest.raises(BadDrawing):
        drawing.picture(re.sub(r"(?s)<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", "", SMALL).encode())


def test_a_drawing_with_a_doctype_is_refused():
    with pytest.raises(BadDrawing):
        drawing.picture(b'<!DOCTYPE x [<!ENTITY e "text">]>' + SMALL.encode())


def test_a_sub_process_is_drawn_under_what_stands_in_it():
    expanded = SMALL.replace("bpmn:userTask", "bpmn:subProcess").replace(
        '"review"><dc', '"review" isExpanded="true"><dc'
    )
    groups = written(small(text=expanded)).findall(f"{SVG}g")
    assert [shown.get("data-id") for shown in groups] == ["review", "begin_to_review", "begin"]


def test_a_boundary_event_is_drawn_over_its_task(ct027):
    shown = [node.get("data-id") for node in written(ct027).findall(f"{SVG}g")]
    assert shown.index("withdraw") > shown.index("request")
