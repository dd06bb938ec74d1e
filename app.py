"""Page set-up and navigation, nothing else. Run with: streamlit run app.py"""

import streamlit as st

from core.paths import DATA
from pages.shared import first_visit, navigating, raters_only
from pages.shared.resources import manager
from pages.shared.sidebar import choices

ICON = DATA / "brand" / "icon.png"

st.set_page_config("Polycompass", ICON, layout="wide")
st.logo(str(ICON), size="large")

lost = first_visit.mistaken_for_lost()
navigating.insist()
if raters_only.raters_only():
    raters_only.serve(lost)
page = st.navigation(
    {
        "Explore": [
            st.Page("pages/explore/overview.py", title="Overview", icon=":material/leaderboard:", default=True),
            st.Page("pages/explore/radar.py", title="Radar", icon=":material/radar:"),
            st.Page("pages/explore/profile.py", title="Profile", icon=":material/tune:"),
            st.Page("pages/explore/scenarios.py", title="Scenarios", icon=":material/forum:"),
            st.Page("pages/explore/pluralism.py", title="For whom", icon=":material/diversity_3:", url_path="for-whom"),
            st.Page("pages/explore/robustness.py", title="Robustness", icon=":material/balance:"),
            st.Page("pages/explore/circle.py", title="Circle", icon=":material/trip_origin:"),
            st.Page("pages/explore/compare.py", title="Compare", icon=":material/compare_arrows:"),
            st.Page("pages/explore/reliability.py", title="Reliability", icon=":material/verified:"),
            st.Page("pages/explore/findings.py", title="Findings", icon=":material/lightbulb:"),
            st.Page("pages/explore/report.py", title="Report", icon=":material/summarize:"),
            st.Page("pages/explore/published.py", title="Published", icon=":material/public:"),
        ],
        "People": [
            st.Page("pages/persons/cards.py", title="Your values", icon=":material/style:", url_path="your-values"),
            st.Page("pages/persons/mixtures.py", title="A group", icon=":material/groups:", url_path="group"),
            st.Page("pages/persons/surveys.py", title="Survey data", icon=":material/poll:", url_path="survey"),
            st.Page("pages/persons/orientations.py", title="Orientations", icon=":material/public:"),
        ],
        "Evaluate": [
            st.Page("pages/evaluate/launch.py", title="Launch", icon=":material/rocket_launch:"),
            st.Page("pages/evaluate/runs.py", title="Runs", icon=":material/history:"),
            st.Page("pages/evaluate/models.py", title="Models", icon=":material/smart_toy:"),
            st.Page("pages/evaluate/suites.py", title="Suites", icon=":material/quiz:"),
            st.Page("pages/evaluate/answers.py", title="Own answers", icon=":material/upload_file:"),
        ],
        "Study": [
            st.Page("pages/study/items.py", title="Items", icon=":material/edit_note:"),
            st.Page("pages/study/rate.py", title="Rate", icon=":material/rate_review:"),
        ],
        "Methods": [
            st.Page("pages/methods/evolve.py", title="Evolve", icon=":material/genetics:"),
            st.Page(
                "pages/methods/hvae.py",
                title="Social orientation",
                icon=":material/handshake:",
                url_path="social-orientation",
            ),
            st.Page("pages/methods/recognisers.py", title="Recognisers", icon=":material/find_in_page:"),
            st.Page(
                "pages/methods/portrait.py", title="Value Portrait", icon=":material/face:", url_path="value-portrait"
            ),
            st.Page("pages/methods/personas.py", title="Personas", icon=":material/theater_comedy:"),
            st.Page("pages/methods/label.py", title="Label", icon=":material/rate_review:"),
            st.Page("pages/methods/quality.py", title="Quality", icon=":material/fact_check:"),
        ],
    },
    expanded=True,
)
if lost:
    first_visit.reload()
manager()
choices(page.url_path)
page.run()
