"""Reports as one self-contained HTML page: figures say where they stand in the document, charts are static SVG."""
