"""The manifest: what was written, from which inputs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from .tables import DataFolder, sha256

NAME = "MANIFEST.json"


def write_manifest(folder: Path, files: Iterable[Path], data: DataFolder, command: str) -> Path:
    """Write ``MANIFEST.json`` with the SHA-256 of every file written and of every input read."""
    content = {
        "written_by": command,
        "files": {path.relative_to(folder).as_posix(): sha256(path) for path in sorted(files)},
        "inputs": {name: sha256(data.root / name) for name in sorted(data.used)},
    }
    path = folder / NAME
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path
