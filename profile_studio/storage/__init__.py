"""Rows and files: SQLite by default, Postgres by URL; nothing above this layer writes SQL."""
