"""Values out of text: the offline recogniser, the LLM judge, and the evidence both must show."""
