"""Who answers: the embedded model, any LiteLLM model, and simulated respondents, behind one protocol."""
