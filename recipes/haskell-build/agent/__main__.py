"""The way in: `build-agent` runs, `build-agent status [--json]` says how it stands."""

import os
import sys

from build_agent import agent, status
from build_agent.settings import Faulty, read_settings

USAGE = """usage: build-agent            keep the tunnel and the registration, until TERM
       build-agent status     say how they stand (exit 0: all well, 1: not, 3: not running); --json
What it does is decided by the environment alone: see /etc/build-agent.env.template."""

FAULTY_SETTINGS = 78  # EX_CONFIG; the unit does not restart after it


def main(words: list[str]) -> int:
    if words in (["status"], ["status", "--json"]):
        return status.tell(status.path_in(os.environ), as_json="--json" in words)
    if words in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    if words not in ([], ["run"]):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        settings = read_settings(os.environ)
    except Faulty as faulty:
        for line in faulty.lines:
            print(f"build-agent: {line}", file=sys.stderr)
        return FAULTY_SETTINGS
    return agent.run(settings, status.path_in(os.environ))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
