"""HVAE (arXiv 2305.17147): social value orientation, as a model shows it by itself and when it is told whose values to
hold. Everything but `method` is pure."""
