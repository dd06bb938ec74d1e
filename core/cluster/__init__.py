"""A run on several machines: shards of its trials go to workers, and come back as Parquet files."""
