# --- Files that services mount -----------------------------------------------------------------

# begin_files BASE: an image that files of the source are added to, in a folder of its own.
begin_files() {
  added=$PIPELINE_HOME/$number.files
  count=0
  rm -rf "$added"
  mkdir -p "$added/files"
  say "FROM $1" > "$added/Dockerfile"
}

# add_file SOURCE TARGET: TARGET is a string of JSON. The file is root's, and has one of two modes.
add_file() {
  check_file "$1"
  if is_executable "$1"; then mode=0755; else mode=0644; fi
  run cp "$1" "$added/files/$count"
  chmod "$mode" "$added/files/$count"
  say "COPY --chmod=$mode [\"files/$count\", $2]" >> "$added/Dockerfile"
  count=$((count + 1))
}

# collect_file SOURCE TARGET: a file on a volume, whose mode the tree that it is in tells.
collect_file() {
  check_file "$1"
  rm -rf "$added/files/plain$2" "$added/files/executable$2"
  if is_executable "$1"; then tree=executable; else tree=plain; fi
  mkdir -p "$added/files/$tree${2%/*}"
  run cp "$1" "$added/files/$tree$2"
}

# collect_folder SOURCE TARGET: the files of a folder take the place of what is there.
collect_folder() {
  say "+ collecting $1"
  if [ ! -d "$1" ] || [ -L "$1" ]; then give_up 1 "mounting $1, which is no folder of the source"; fi
  rm -rf "$added/files/plain$2" "$added/files/executable$2"
  (
    cd "$1" || exit
    links=$(find_packed -type l -print)
    if [ -n "$links" ]; then
      say "A symbolic link in $1 cannot be mounted: $links"
      exit 1
    fi
    # shellcheck disable=SC2016  # for the shell that find starts
    copy='for each; do mkdir -p "$0/${each%/*}" && cp "$each" "$0/$each" || exit 1; done'
    find_packed -type f -perm -100 -exec sh -c "$copy" "$added/files/executable$2" {} + &&
      find_packed -type f ! -perm -100 -exec sh -c "$copy" "$added/files/plain$2" {} +
  ) || give_up 1 "mounting the folder $1"
}

check_file() {
  if [ ! -f "$1" ] || [ -L "$1" ]; then give_up 1 "mounting $1, which is no file of the source"; fi
}

is_executable() {
  [ -n "$(find "$1" -prune -perm -100)" ]
}
