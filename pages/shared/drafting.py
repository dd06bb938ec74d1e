"""A plan that Launch opens with: a run's to fork or to extend, or one out of a file."""

from dataclasses import dataclass, replace

import streamlit as st

from core.models.base import ModelSpec
from core.runs.defaults import usual_asking
from core.runs.limits import Limits
from core.runs.manager import load_plan, stored_limits
from core.runs.plan import JUDGE, Plan
from core.store.queries import RunHead
from pages.shared import limiting
from pages.shared.resources import store

LOCAL = ("embedded/", "simulated/")
LIMITS = "launch_limits"
READ_OFFLINE = "schwartz"  # the value system that the offline recogniser reads
_DRAFT, _PENDING = "launch_draft", "launch_pending"


@dataclass(frozen=True)
class Draft:
    """`origin` is what it was made from, in words; `extends` the id of the run that is to grow, if one is; `notes` what
    a person should read before the plan is started."""

    plan: Plan
    limits: Limits
    origin: str
    extends: str = ""
    notes: tuple[str, ...] = ()

    @property
    def own_addresses(self) -> dict[str, ModelSpec]:
        """Models that are reached in a way of their own, which the one address field of the page cannot say."""
        hosted = [spec for spec in self.plan.models if not spec.name.startswith(LOCAL)]
        several = len({spec.api_base for spec in hosted}) > 1
        return {spec.name: spec for spec in hosted if several or spec.via}


def fork(head: RunHead) -> None:
    """Go to Launch with a run's whole plan, as a new run."""
    plan = replace(load_plan(store(), head.run_id), name=f"Fork of {head.name}"[:120])
    _open(Draft(plan, stored_limits(store(), head.run_id), f"the run {head.name}"))


def extend(head: RunHead) -> None:
    """Go to Launch with a run's plan, to make it larger."""
    limits = stored_limits(store(), head.run_id)
    _open(Draft(load_plan(store(), head.run_id), limits, f"the run {head.name}", head.run_id))


def _open(draft: Draft) -> None:
    st.session_state[_PENDING] = draft
    st.switch_page("pages/evaluate/launch.py", query_params={})


def current() -> Draft | None:
    """The draft that the page shows, if any. To be called before its widgets are drawn: one that has just been opened
    takes their places."""
    pending: Draft | None = st.session_state.pop(_PENDING, None)
    if pending is not None:
        fill(pending)
    found: Draft | None = st.session_state.get(_DRAFT)
    return found


def drop() -> None:
    """Begin anew, with everything as it is on a first visit."""
    for key in [str(key) for key in st.session_state if str(key).startswith("launch_")]:
        del st.session_state[key]


def fill(draft: Draft) -> None:
    """Put a draft into the page's widgets; only before they are drawn."""
    drop()
    plan, named = draft.plan, draft.plan.suite.hash
    judge = plan.recogniser.removeprefix(JUDGE) if plan.recogniser.startswith(JUDGE) else ""
    bases = {spec.api_base for spec in plan.models if not spec.name.startswith(LOCAL)}
    st.session_state.update(
        {
            _DRAFT: draft,
            "launch_models": [spec.name for spec in plan.models],
            "launch_base": (bases.pop() or "") if len(bases) == 1 else "",
            reader_key(plan.suite.system): JUDGE if judge else plan.recogniser,
            "launch_judge": judge or None,
            "launch_judge_base": plan.judge_base or "",
            "launch_wordings": list(plan.variations),
            "launch_epochs": plan.epochs,
            probes_key(named): len(plan.probe_items),
            tokens_key(plan.models): plan.asking.max_tokens,
            "launch_temperature": plan.asking.temperature,
            "launch_seed": plan.asking.seed,
            name_key(named): plan.name,
        }
    )
    limiting.fill(draft.limits, LIMITS)


# Where the usual choice hangs on another one, the place does too: so it is the usual one again when that changes.


def reader_key(system: str) -> str:
    return f"launch_reader {system == READ_OFFLINE}"


def tokens_key(models: tuple[ModelSpec, ...]) -> str:
    return f"launch_tokens {usual_asking(models).max_tokens}"


def probes_key(suite_hash: str) -> str:
    return f"launch_probes {suite_hash}"


def name_key(suite_hash: str) -> str:
    return f"launch_name {suite_hash}"
