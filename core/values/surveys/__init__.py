"""Profiles from a person's own survey data: files are recognised, scored and aggregated in memory."""
