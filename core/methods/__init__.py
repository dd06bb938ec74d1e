"""The published systems, one file or folder each, all behind the protocol in `base`."""
