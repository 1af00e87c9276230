#!/usr/bin/env python3
"""FuseSoC generator (gapi 1.0): runs `peforge generate` and writes a core file of what it made.

Called by FuseSoC with one YAML file; works in the present folder. The program is $PEFORGE, or peforge of the PATH, or
build/bin/peforge of this source tree. Exit status: that of peforge, or 2 for bad parameters.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import shutil
import subprocess
import sys

import yaml

MEMORIES = ("generic", "latch", "fpga", "macro")


def fail(message):
    print(f"peforge generator: {message}", file=sys.stderr)
    sys.exit(2)


def program():
    built = pathlib.Path(__file__).resolve().parents[2] / "build" / "bin" / "peforge"
    found = os.environ.get("PEFORGE") or shutil.which("peforge") or (str(built) if built.exists() else None)
    if found is None:
        print("peforge generator: peforge was not found; put it into the PATH or set PEFORGE", file=sys.stderr)
        sys.exit(3)
    return found


def spec_path(config, parameters):
    """The spec as a file."""
    if ("spec" in parameters) == ("spec_file" in parameters):
        fail("give one of the parameters spec and spec_file")
    if "spec_file" in parameters:
        return pathlib.Path(config["files_root"], parameters["spec_file"])
    if not isinstance(parameters["spec"], dict):
        fail("parameter spec is no table")
    path = pathlib.Path("spec.json")
    path.write_text(json.dumps(parameters["spec"], indent=2) + "\n")
    return path


def main():
    if len(sys.argv) != 2:
        fail("usage: peforge_generator.py CONFIG.yml, by FuseSoC")
    config = yaml.safe_load(pathlib.Path(sys.argv[1]).read_text())
    parameters = config.get("parameters") or {}
    for name in parameters:
        if name not in ("spec", "spec_file", "axi", "memory"):
            fail(f"no parameter {name}; allowed: spec, spec_file, axi, memory")
    memory = parameters.get("memory", "generic")
    if memory not in MEMORIES:
        fail(f"memory is {memory}; allowed: {', '.join(MEMORIES)}")

    folder = pathlib.Path("generated")
    status = subprocess.run(
        [program(), "generate", str(spec_path(config, parameters)), "-o", str(folder), "--quiet"]).returncode
    if status != 0:
        sys.exit(status)
    manifest = json.loads((folder / "manifest.json").read_text())
    core = (folder / "filelist.f").read_text().split()
    listed = folder / "memories" / f"{memory}.f"
    files = listed.read_text().split() if memory != "generic" and listed.exists() else core
    if parameters.get("axi", True):
        files = files + [path for path in (folder / "filelist_axi.f").read_text().split() if path not in core]
    # The folder's own core file is for other uses; FuseSoC would find both.
    (folder / f"{manifest['top']}.core").unlink()
    made = {
        "name": config["vlnv"],
        "filesets": {"rtl": {"files": [str(folder / path) for path in files], "file_type": "verilogSource-2005"}},
        "targets": {"default": {"filesets": ["rtl"]}},
    }
    name = config["vlnv"].split(":")[2]
    pathlib.Path(f"{name}.core").write_text("CAPI=2:\n" + yaml.safe_dump(made, sort_keys=False))


if __name__ == "__main__":
    main()
