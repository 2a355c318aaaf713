# Usage: sh pipeline.sh prepare|build|publish
#
# Builds the images of a Compose project, pushes them, and tells CloudFormation. POSIX sh: CodeBuild
# runs dash on Ubuntu and bash on Amazon Linux. What one step finds out is kept for the next one in
# the folder $PIPELINE_HOME. No function that may fail is called within a condition, where a shell
# forgets its `set -e`.
set -eu
service=
log=
logged_in=

# --- Saying what happens -----------------------------------------------------------------------

say() {
  printf '%s\n' "$*"
}

# give_up STATUS COMMAND: ends this job. Of several jobs that fail, the first one is reported.
give_up() {
  note=$(mktemp "$PIPELINE_HOME/failure.XXXXXX")
  {
    say "${service:+service }${service:-the build} failed (exit status $1): $2" | printable
    if [ -n "$log" ]; then tail -n 1 "$log" | printable; fi
  } > "$note"
  ln "$note" "$PIPELINE_HOME/failure" 2> /dev/null || :
  exit 1
}

# run COMMAND...: shows a command and runs it.
run() {
  say "+ $*"
  "$@" || give_up $? "$*"
}

# ask COMMAND...: runs a command whose output is an answer.
ask() {
  "$@" || give_up $? "$*"
}

# printable: one line of ASCII at most, which any JSON and any log can hold.
printable() {
  LC_ALL=C tr '\n\t' '  ' | LC_ALL=C tr -c '[:print:]' '?' | cut -c 1-700 | sed 's/ *$//'
}

# in_parallel NUMBERS FUNCTION: runs it for each service at once; each log is printed whole.
in_parallel() {
  numbers=$1
  jobs=
  for number in $numbers; do
    log=$PIPELINE_HOME/$number.log
    ("$2" "$number") > "$log" 2>&1 &
    jobs="$jobs $!"
  done
  log=
  failed=
  for number in $numbers; do
    job=${jobs# }
    jobs=${job#"${job%% *}"}
    wait "${job%% *}" || failed=yes
    (select_service "$number" && say "--- $service: $2")
    cat "$PIPELINE_HOME/$number.log"
  done
  if [ -n "$failed" ]; then exit 1; fi
}

# --- Telling CloudFormation --------------------------------------------------------------------

# conclude STATUS: what is done however a step ends.
conclude() {
  set +e
  trap - EXIT
  log_out
  if [ "$1" -eq 0 ]; then exit 0; fi
  reason=$(sed -n 1p "$PIPELINE_HOME/failure" 2> /dev/null)
  detail=$(sed -n 2p "$PIPELINE_HOME/failure" 2> /dev/null)
  reason="${reason:-the step $step failed}. Log: ${CODEBUILD_BUILD_URL:-not known}"
  say "FAILED: $reason${detail:+. Last line: $detail}"
  owner=$(cat "$PIPELINE_HOME/owner" 2> /dev/null)
  case $owner in
    pipeline | undoing) ;;
    # Not to know who waits is no reason to let them wait: a signal to nobody does no harm.
    *) signal FAILURE "$reason${detail:+. Last line: $detail}" \
      "$(cat "$PIPELINE_HOME/tag" 2> /dev/null)" ;;
  esac
  exit 1
}

# signal STATUS REASON TAG: never fails, for a wait condition that is gone waits for nothing.
signal() {
  if [ -z "${WAIT_HANDLE_URL:-}" ]; then return 0; fi
  # All of it has to fit into 4096 bytes (AWS CloudFormation quotas, User Guide).
  quoted=$(printf '%s' "$2" | printable_reason)
  printf '{"Status": "%s", "UniqueId": "%s", "Data": "%s", "Reason": "%s"}' \
    "$1" "${CODEBUILD_BUILD_ID:-build}" "$3" "$quoted" > "$PIPELINE_HOME/signal.json"
  # An empty content type: the URL is signed for that, and another one is refused.
  curl --silent --show-error --fail --max-time 60 --retry 3 \
    --request PUT --header 'Content-Type:' --data-binary "@$PIPELINE_HOME/signal.json" \
    "$WAIT_HANDLE_URL" || say 'CloudFormation could not be told; nobody may be waiting any more.'
}

printable_reason() {
  LC_ALL=C tr -c '[:print:]' '?' | cut -c 1-1900 | sed 's/[\\"]/\\&/g'
}

# find_owner: who rolls the service out, as the stack of the pipeline stands now.
find_owner() {
  if [ -z "${STACK_NAME:-}" ]; then
    say pipeline
    return 0
  fi
  status=$(ask aws cloudformation describe-stacks --stack-name "$STACK_NAME" \
    --query 'Stacks[0].StackStatus' --output text)
  case $status in
    CREATE_IN_PROGRESS | UPDATE_IN_PROGRESS | IMPORT_IN_PROGRESS) say cloudformation ;;
    # The change is over, what is left to do touches nothing that runs.
    *_CLEANUP_IN_PROGRESS | REVIEW_IN_PROGRESS) say pipeline ;;
    # CloudFormation puts back what was, or takes it away, and waits for no image.
    *_IN_PROGRESS) say undoing ;;
    *) say pipeline ;;
  esac
}

# settle_owner: a run that CloudFormation started, or one that it has overtaken, is never rolled
# out by the pipeline, even if the stack is at rest again by the time that the images are there.
settle_owner() {
  now=$(find_owner)
  if [ "$now" != pipeline ] || [ ! -e "$PIPELINE_HOME/owner" ]; then
    say "$now" > "$PIPELINE_HOME/owner"
  fi
}
