"""Where the engine below asks ours: for conditions, lists and automatic steps. Code in a drawing never runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task

from engine.errors import BadDrawing, Refused
from engine.language.expression import compiled
from engine.language.scope import Scope


class Run(Protocol):
    """One case in memory, as far as the engine below needs to ask it."""

    def scope(self, task: Task, more: Mapping[str, Any]) -> Scope:
        """What an expression at this task sees."""

    def items(self, task: Task, text: str) -> list[str]:
        """What a task is opened for, one by one."""

    def call(self, task: Task) -> None:
        """Run an automatic task."""

    def hand_on(self, task: Task) -> None:
        """Hand the process the word of a milestone."""


class _Sealed(BasePythonScriptEngineEnvironment):
    """Author code never runs: three ways lead here round the script engine, and each ends in a refusal."""

    def evaluate(self, expression: Any, context: Any, external_context: Any = None) -> Any:
        """Refuse."""
        raise BadDrawing("Expected no code in a drawing, but it holds some.")

    def execute(self, script: Any, context: Any, external_context: Any = None) -> Any:
        """Refuse."""
        raise BadDrawing("Expected no code in a drawing, but it holds some.")

    def call_service(self, context: Any, **kwargs: Any) -> Any:
        """Refuse."""
        raise BadDrawing("Expected a registered topic, but the drawing calls something else.")


class ScriptEngine(PythonScriptEngine):
    """Conditions go to the one expression language; scripts go nowhere."""

    def __init__(self, run: Run) -> None:
        super().__init__(_Sealed())
        self._run = run

    def evaluate(self, task: Task, expression: str, external_context: Any = None) -> Any:
        """The value of a condition on a flow."""
        return compiled(expression)(self._run.scope(task, {}))

    def execute(self, task: Task, script: Any, external_context: Any = None) -> Any:
        """Refuse."""
        return self.environment.execute(script, {})

    def call_service(self, task: Task, **kwargs: Any) -> None:
        """Run the registered step of a service task."""
        self._run.call(task)

    def items(self, task: Task, text: str) -> list[str]:
        """What a task is opened for, one by one."""
        return self._run.items(task, text)

    def passed(self, task: Task) -> None:
        """A milestone was passed."""
        self._run.hand_on(task)


class ours:
    """Turns the engine's own exceptions into ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, Refused) or error is None:
            return
        if isinstance(error, SpiffWorkflowException | RecursionError | KeyError | AttributeError | TypeError):
            raise BadDrawing(f"Expected the drawing to run, but the engine stopped: {type(error).__name__}.") from error
