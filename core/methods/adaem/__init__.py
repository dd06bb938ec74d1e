"""AdAEM (arXiv 2505.13531): questions that generate and evolve themselves to tell models' values apart."""
