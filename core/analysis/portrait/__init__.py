"""Value Portrait (arXiv 2505.01015): items validated on people, the scores they give, and how far to trust those."""
