"""Build hook: the wheel carries resources/ inside the package, with compiled catalogues."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSIDE = "deskapp/_resources"


class ResourceHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the resources to a wheel; an editable install uses those of the source tree."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name every shipped file: the compiled catalogues in place of their sources."""
        if version == "editable":
            compile_in_place(Path(self.root) / "resources")
            return
        self.compiled = tempfile.TemporaryDirectory()
        shipped = shipped_resources(Path(self.root) / "resources", Path(self.compiled.name))
        for place, file in shipped.items():
            build_data["force_include"][str(file)] = f"{INSIDE}/{place}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove the compiled catalogues again: the source tree stays as it was."""
        if version != "editable":
            self.compiled.cleanup()


def shipped_resources(resources: Path, scratch: Path) -> dict[str, Path]:
    """Return place below the resource folder -> file, compiling every catalogue into `scratch`."""
    shipped = {}
    for file in sorted(path for path in resources.rglob("*") if path.is_file()):
        place = file.relative_to(resources)
        if file.suffix == ".po":
            compiled = scratch / place.with_suffix(".mo")
            compiled.parent.mkdir(parents=True, exist_ok=True)
            compiled.write_bytes(compiled_catalogue(file))
            shipped[place.with_suffix(".mo").as_posix()] = compiled
        elif file.suffix != ".mo" and not any(part.startswith((".", "__")) for part in place.parts):
            shipped[place.as_posix()] = file
    return shipped


def compile_in_place(resources: Path) -> None:
    """Compile every catalogue beside its source: without it each start compiles them in memory again."""
    for source in resources.rglob("*.po"):
        source.with_suffix(".mo").write_bytes(compiled_catalogue(source))


def compiled_catalogue(source: Path) -> bytes:
    """Return the .mo form of a .po file."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with source.open("rb") as stream:
        write_mo(compiled, read_po(stream))
    return compiled.getvalue()
