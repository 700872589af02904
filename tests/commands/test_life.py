"""The whole life of a request, from its draft to the end that its drawing draws."""

import pytest


def test_x(either_office):
    office = either_office
    r = office.open_draft()
    print(office.status(r))
    office.save(r)
    office.submit(r)
    print(office.status(r), office.mailed("task.opened"))
    office.approve(r)
    print(office.status(r), office.mailed("task.opened"))
    office.process(r)
    office.accept(r)
    print(office.status(r), office.mailed("task.opened"), office.mailed("case.ended"))
    print(office.actions(r), office.is_whole(r))
    print(office.rows("registers", owner="B00123"))
