# --- The tag -----------------------------------------------------------------------------------

choose_tag() {
  tag=${SOURCE_TAG:-}
  if [ -z "$tag" ] && [ -n "$by_content" ]; then
    find_content
  elif [ -z "$tag" ]; then
    tag=$(printf '%.12s' "${CODEBUILD_RESOLVED_SOURCE_VERSION:-}")
  fi
  case $tag in
    '' | *[!A-Za-z0-9._-]* | [.-]*) give_up 1 "choosing a tag for the source '$tag'" ;;
  esac
  if is_forced; then tag=$tag-$CODEBUILD_BUILD_NUMBER; fi
}

# find_content: the tag is a hash of the names, bytes, links and executable bits of the folder, and of
# this script. A source artifact has no tree of git's to ask for it. Where a link leads to the rest of the
# source, that is part of it.
find_content() {
  content=$PIPELINE_HOME/content
  rm -f "$content.unread"
  # tar takes these for arguments before its own.
  unset TAR_OPTIONS
  hashed=$source_folder
  if [ -n "$(find_links_out)" ]; then
    say "A link in $source_folder leads out of it: its tag is that of the whole source."
    hashed=.
  fi
  {
    tar --create --file - --format gnu --sort name --mtime @0 --owner 0 --group 0 --numeric-owner \
      --mode 'u=rwX,go=rX' --exclude ./.git --directory "$CODEBUILD_SRC_DIR/$hashed" . &&
      cat "$0" || : > "$content.unread"
  } | sha256sum > "$content" || give_up $? sha256sum
  # A pipe keeps only the status of its last command.
  if [ -e "$content.unread" ]; then give_up 1 "reading $source_folder, whose content is the tag"; fi
  tag=$(cut -c 1-12 "$content")
  say "The content of $source_folder is $tag, in ${CODEBUILD_RESOLVED_SOURCE_VERSION:-this source}."
}

# find_links_out: the links in the folder that lead to what is beside it in the source.
find_links_out() {
  # shellcheck disable=SC2016  # for the shell that find starts
  find "$CODEBUILD_SRC_DIR/$source_folder" -path "$CODEBUILD_SRC_DIR/$source_folder/.git" -prune -o \
    -type l -exec sh -c '
      source=$(readlink -f -- "$1") && folder=$(readlink -f -- "$2") || exit 0
      shift 2
      for link; do
        case $(readlink -f -- "$link") in
          "$folder" | "$folder"/*) ;;
          "$source" | "$source"/*) printf "%s\n" "$link" ;;
        esac
      done
    ' sh "$CODEBUILD_SRC_DIR" "$CODEBUILD_SRC_DIR/$source_folder" {} +
}

is_forced() {
  case ${FORCE_REBUILD:-} in
    '' | 0 | no | false | False) return 1 ;;
  esac
}

# find_unchanged: whether the service has the very images of this run, whoever started it: a push that
# leaves the folder as it is, or CloudFormation, which restarts the pipeline that it puts back after a
# failure. Where the source has the tag, and the last run was for another one, that may be about to be
# rolled out, and this one has to be; a tag that the stack gives changes with the stack alone.
find_unchanged() {
  unchanged=
  if is_forced || [ -n "$missing" ]; then return 0; fi
  for number in $all; do
    select_service "$number"
    newest=$(digest_of imageTag=latest)
    own=$(digest_of "imageTag=$tag")
    if [ -n "${SOURCE_TAG:-}" ]; then newest=$own; fi
    line=$(printf '%s\t%s' "$service" "$image")
    if [ "$newest" != "$own" ] || ! grep -qxF -e "$line" "$PIPELINE_HOME/rolling"; then
      service=
      return 0
    fi
  done
  service=
  unchanged=yes
  say "The service has the images tagged $tag: there is nothing to roll out."
}
