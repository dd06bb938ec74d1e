"""What is asked: items and suites, their loading and validation, and the prompts that put them to a model."""
