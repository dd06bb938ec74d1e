"""What is measured: value systems, profiles and weights."""
