#!/bin/sh
# The same for any CI: a proposed change runs what it affects, a branch everything; what is fresh comes from the cache.
# Keep $XDG_CACHE_HOME/sbx (~/.cache/sbx) between jobs. The reports are in $REPORTS.
set -eu

REPORTS=${REPORTS:-.sbx/reports} # git does not see .sbx, so no report is an input
export SBX_REPORT="junit=$REPORTS/junit.xml,html=$REPORTS/report.html"
mkdir -p "$REPORTS"

# The branch that the change is for: given, or as GitLab, Jenkins, Buildkite and Bitbucket call it.
base=${1:-${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-${CHANGE_TARGET:-${BUILDKITE_PULL_REQUEST_BASE_BRANCH:-${BITBUCKET_PR_DESTINATION_BRANCH:-}}}}}

status=0
if [ -n "$base" ]; then
  if [ "$(git rev-parse --is-shallow-repository)" = true ]; then git fetch --quiet --unshallow origin; fi
  git fetch --quiet origin "+refs/heads/$base:refs/remotes/origin/$base"
  sbx run --affected="origin/$base" --continue || status=$?
else
  sbx run --continue || status=$?
fi
sbx cache gc --max-size 2GiB
exit "$status"
