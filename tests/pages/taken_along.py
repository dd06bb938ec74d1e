"""What a page offers for download. The files themselves are gone after a run; their addresses tell their content."""

from browsing import downloads, labels
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.testing.v1 import AppTest

from core.values.profile import Profile
from core.values.profile_files import file_name, of_profile, to_csv, to_json


def assert_offered(at: AppTest, profile: Profile) -> None:
    """This profile, byte for byte, as JSON and as CSV."""
    buttons = downloads(at)
    assert labels(buttons) == ["Profile (JSON)", "Table (CSV)"]
    assert [button.proto.url for button in buttons] == [
        address(to_json(of_profile(profile)), "application/json", file_name(profile.name, "json")),
        address(to_csv(profile), "text/csv", file_name(profile.name, "csv")),
    ]


def address(content: bytes, kind: str, name: str) -> str:
    """Where Streamlit serves a download of this content, kind and name."""
    storage = MemoryMediaFileStorage("/mock/media")
    return storage.get_url(storage.load_and_get_id(content, kind, MediaFileKind.DOWNLOADABLE, name))
