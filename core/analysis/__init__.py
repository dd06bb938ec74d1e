"""Numbers in, numbers out: intervals, scores, alignment, ranking, quality."""
