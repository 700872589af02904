"""The statuses of a request: how people read them, and which of them end it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Status:
    """One status; tone is what its colour means."""

    code: str
    label: str
    zh: str
    tone: str
    ends: bool = False


_ALL = (
    Status("DRAFT", "Draft", "草稿", "draft"),
    Status("PENDING_CHECKER", "Pending checker", "待覆核", "waiting"),
    Status("RETURNED_BY_CHECKER", "Returned by checker", "覆核人退回", "returned"),
    Status("PENDING_NEXT_COMPANY", "Pending next company", "待另一公司處理", "waiting"),
    Status("RETURNED_BY_NEXT_COMPANY", "Returned by next company", "另一公司退回", "returned"),
    Status("PENDING_HKEX", "{exchange} processing", "待{exchange}處理", "work"),
    Status("RETURNED_BY_HKEX", "Returned by {exchange}", "{exchange}退回", "returned"),
    Status("APPROVED", "Approved", "已批准", "success", True),
    Status("COMPLETED", "Completed", "已完成", "success", True),
    Status("REJECTED", "Rejected", "已拒絕", "returned", True),
    Status("WITHDRAWN", "Withdrawn", "已撤回", "ended", True),
    Status("DISCARDED", "Discarded", "已捨棄", "ended", True),
    Status("ABORTED", "Aborted", "已中止", "ended", True),
)
STATUSES = {status.code: status for status in _ALL}
ENDED = frozenset(status.code for status in _ALL if status.ends)
SENT = frozenset({"PENDING_NEXT_COMPANY", "PENDING_HKEX"})  # where others than the firm itself have read it
RETURNED = frozenset(code for code in STATUSES if code.startswith("RETURNED"))


def label(code: str, exchange: str) -> Sentence:
    """The status as people read it."""
    return Sentence(STATUSES[code].label, {"exchange": exchange})
