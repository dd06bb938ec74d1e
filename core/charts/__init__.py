"""Plotly figures from plain frames and arrays: numbers in, figures out, nothing computed but positions."""
