"""Reference pages, written from the models that read the files."""
