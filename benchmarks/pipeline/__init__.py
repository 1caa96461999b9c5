"""A programme of synthetic cities run whole, beside a plain loop of Papermill and pandoc."""
