"""The status file: written by the agent at each change, read by `build-agent status`."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

WELL = {"tunnel": ("up", "off"), "hub": ("registered",)}
NOT_RUNNING = 3  # as `systemctl status` has it


def path_in(environ: Mapping[str, str]) -> Path:
    """systemd names the folder that it made for us."""
    return Path(environ.get("RUNTIME_DIRECTORY", "/run/build-agent")) / "status.json"


def write(path: Path, states: Mapping[str, Mapping[str, object]]) -> None:
    """Whole or not at all; a full disk must not end the tunnel."""
    text = json.dumps({"pid": os.getpid(), "started": _started(os.getpid()), **{part: dict(state) for part, state in states.items()}})
    staged = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        staged.write_text(f"{text}\n")
        staged.replace(path)
    except OSError:
        staged.unlink(missing_ok=True)


def tell(path: Path, *, as_json: bool) -> int:
    try:
        told = json.loads(path.read_text())
        is_running = _started(told["pid"]) == told["started"] is not None
        parts = {part: told.get(part, {"is": "starting"}) for part in WELL}
    except (OSError, ValueError, KeyError, TypeError):
        told, is_running, parts = {}, False, {}
    is_well = is_running and all(parts[part]["is"] in good for part, good in WELL.items())
    if as_json:
        print(json.dumps({"running": is_running, "well": is_well, **parts}))
    else:
        print("running" if is_running else "not running")
        for part, state in parts.items():
            more = ", ".join(f"{name} {value}" for name, value in state.items() if name != "is")
            print(f"{part}: {state['is']}{f' ({more})' if more else ''}")
    return 0 if is_well else 1 if is_running else NOT_RUNNING


def _started(pid: int) -> int | None:
    """When the process began, in ticks since boot: a number that its successor under the same pid does not have."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat[stat.rindex(")") + 2 :].split()
    return None if fields[0] in "ZX" else int(fields[19])
