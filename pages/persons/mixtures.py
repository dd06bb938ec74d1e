"""A group of people: profiles mixed by shares, as one mixed profile or as mixed weights."""

import pandas as pd
import streamlit as st

from core.analysis.alignment import normalise
from core.errors import UserError
from core.store import records
from core.values.mixing import LABELS, Mixture, Part, mix_profiles, mix_weights
from core.values.profile import Profile
from core.values.system import SCHWARTZ, system
from core.values.weighting import sliders
from pages.shared.plain import escape, show_error
from pages.shared.profiles import all_profiles, open_saved
from pages.shared.resources import store

VALUES = system(SCHWARTZ)


def parts(chosen: list[Profile], how: str) -> list[Part]:
    """The profiles with the shares that a person gives them."""
    found = []
    with st.container(horizontal=True):
        for profile in chosen:
            share = st.number_input(
                escape(profile.name),
                0.0,
                1000.0,
                50.0,
                5.0,
                key=f"share_{profile.id}",
                width=200,
                help="On any scale: shares are made to sum to one.",
            )
            numbers = profile.means or () if how == "profile" else normalise(profile.weights, VALUES.ids)
            found.append(Part(profile.name, share, numbers, profile.sds))
    return found


def show(mixture: Mixture) -> None:
    st.text(mixture.label)
    name = "mean (centred points)" if mixture.how == "profile" else "weight"
    columns = {"value": list(VALUES.names.values()), name: mixture.numbers}
    if mixture.sds:
        columns["spread between all persons (sd)"] = mixture.sds
    st.dataframe(pd.DataFrame(columns), hide_index=True)


def keep(mixture: Mixture) -> None:
    name = st.text_input("Name", max_chars=80, placeholder="Our users")
    if not st.button("Save as a profile", type="primary", icon=":material/save:"):
        return
    means = mixture.numbers if mixture.how == "profile" else None
    weights = {} if means else dict(zip(VALUES.ids, sliders(mixture.numbers).tolist(), strict=True))
    try:
        kept = records.save_profile(store(), name, SCHWARTZ, weights, means, mixture.sds, mixture.label)
    except UserError as error:
        show_error(error)
    else:
        open_saved(kept)


st.title("A group of people")
st.markdown(
    "Mixed **profile**: what people hold important is averaged, then weighed, as if they agreed. Mixed **weights**: "
    "each keeps its own vote, and the weights are averaged. The two differ; the name says which it is."
)
how = st.segmented_control(
    "Mix", list(LABELS), default="profile", required=True, format_func=lambda key: LABELS[key], key="mix"
)
profiles = all_profiles(VALUES)
able = {key: one for key, one in profiles.items() if how == "weights" or one.means}
keys = st.multiselect(
    "Profiles", list(able), format_func=lambda key: able[key].name if key in able else key, key=f"mixed_{how}"
)
if not keys:
    st.info("Choose two or more profiles to mix.", icon=":material/group_add:")
    st.stop()
try:
    given = parts([able[key] for key in keys], str(how))
    mixture = mix_profiles(given) if how == "profile" else mix_weights(given)
except UserError as error:
    show_error(error)
    st.stop()
show(mixture)
keep(mixture)
