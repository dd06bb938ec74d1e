"""Other tools' files: runs written for them, and their logs read as answers."""
