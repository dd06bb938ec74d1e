"""The DuckDB store: schema and migrations, the one writer, named queries that return frames."""
