# --- Images in ECR -----------------------------------------------------------------------------

# digest_of IMAGE_ID: the digest of an image of this service's repository; nothing if there is none.
digest_of() {
  found=$(ask aws ecr batch-get-image --registry-id "$registry_id" \
    --repository-name "$repository_name" --image-ids "$1" \
    --query 'images[0].imageId.imageDigest' --output text)
  if [ "$found" != None ]; then say "$found"; fi
}

# move_tag TAG IMAGE_ID: the image stays where it is, nothing is pulled.
move_tag() {
  digest=$(digest_of "$2")
  tagged=$(digest_of "imageTag=$1")
  if [ -z "$digest" ]; then
    say "$2 is not in $repository: $1 stays where it is"
    return 0
  fi
  # ECR refuses to be told what it knows already.
  if [ "$tagged" = "$digest" ]; then return 0; fi
  manifest=$(ask aws ecr batch-get-image --registry-id "$registry_id" \
    --repository-name "$repository_name" --image-ids "imageDigest=$digest" \
    --query 'images[0].imageManifest' --output text)
  type=$(ask aws ecr batch-get-image --registry-id "$registry_id" \
    --repository-name "$repository_name" --image-ids "imageDigest=$digest" \
    --query 'images[0].imageManifestMediaType' --output text)
  say "$1: $2"
  refused=0
  aws ecr put-image --registry-id "$registry_id" --repository-name "$repository_name" \
    --image-tag "$1" --image-digest "$digest" --image-manifest-media-type "$type" \
    --image-manifest "$manifest" --query image.imageId --output text || refused=$?
  if [ "$refused" -eq 0 ]; then return 0; fi
  tagged=$(digest_of "imageTag=$1")
  if [ "$tagged" != "$digest" ]; then
    give_up "$refused" "aws ecr put-image --repository-name $repository_name --image-tag $1"
  fi
}

# --- The steps ---------------------------------------------------------------------------------

prepare() {
  rm -f "$CODEBUILD_SRC_DIR/imagedefinitions.json"
  settle_owner
  choose_tag
  missing=
  for number in $all; do
    select_service "$number"
    exists=$(digest_of "imageTag=$tag")
    if [ -z "$exists" ]; then missing="$missing $number"; fi
  done
  service=
  say "$tag" > "$PIPELINE_HOME/tag"
  say "$missing" > "$PIPELINE_HOME/missing"
}

# log_in: what Docker is told of ECR is in a folder of its own, which is there while the build itself
# needs it: no command of the project runs between log_in and log_out.
log_in() {
  say "+ DOCKER_CONFIG=$PIPELINE_HOME/docker"
  given=${DOCKER_CONFIG:-}
  own=${given:-${HOME:-}/.docker}
  logged_in=yes
  rm -rf "$PIPELINE_HOME/docker"
  (umask 077 && mkdir "$PIPELINE_HOME/docker")
  # Docker finds its plugins there, and what the project has logged in to itself.
  for each in "$own"/*; do
    if [ "$each" = "$own/config.json" ]; then
      cp "$each" "$PIPELINE_HOME/docker/config.json"
    elif [ -e "$each" ]; then
      ln -s "$each" "$PIPELINE_HOME/docker/"
    fi
  done
  export DOCKER_CONFIG="$PIPELINE_HOME/docker"
  select_service 1
  registry=${repository%%/*}
  service=
  password=$(ask aws ecr get-login-password)
  log_in_to "$registry" AWS "$password"
  password=
}

# log_in_to REGISTRY USER PASSWORD
log_in_to() {
  keep_in_folder "$1"
  say "+ docker login $1"
  printf '%s' "$3" | docker login --username "$2" --password-stdin "$1" ||
    give_up $? "docker login $1"
}

# keep_in_folder REGISTRY: a credential helper that a command of the project has set up would put the
# password elsewhere, or refuse it; an empty name is none, for this registry alone.
keep_in_folder() {
  if [ -z "$logged_in" ] || ! grep -qs '"cred[sH]' "$DOCKER_CONFIG/config.json"; then return 0; fi
  host=${1#*://}
  case ${host%%/*} in
    '' | docker.io | index.docker.io) host=https://index.docker.io/v1/ ;;
    *) host=${host%%/*} ;;
  esac
  jq --arg host "$host" '.credHelpers[$host] = ""' "$DOCKER_CONFIG/config.json" \
    > "$DOCKER_CONFIG/config.json.new" ||
    give_up $? "jq, which has to keep the login to $1 apart from the project's credential helpers"
  mv "$DOCKER_CONFIG/config.json.new" "$DOCKER_CONFIG/config.json"
}

log_out() {
  rm -rf "$PIPELINE_HOME/docker"
  if [ -z "$logged_in" ]; then return 0; fi
  logged_in=
  if [ -n "$given" ]; then DOCKER_CONFIG=$given; else unset DOCKER_CONFIG; fi
}

build() {
  tag=$(cat "$PIPELINE_HOME/tag")
  missing=$(cat "$PIPELINE_HOME/missing")
  export IMAGE_TAG="$tag"
  if [ -z "$missing" ]; then
    say "All images tagged $tag exist: there is nothing to build."
  else
    run cd "$CODEBUILD_SRC_DIR/$source_folder"
    before_build
    log_in
    log_in_elsewhere
    in_parallel "$missing" build_image
    log_out
    after_build
    in_parallel "$missing" scan_image
  fi
  : > "$PIPELINE_HOME/built"
}

build_image() {
  select_service "$1"
  if is_forced; then
    set -- --no-cache
  else
    set -- --cache-from "$repository:latest"
  fi
  # The label gives each tag an image of its own, and so an age: ECR counts from the first push of an
  # image, and what has not changed for a month would be gone the day after it was last released.
  docker_build --tag "$image" --label "serverless-containers.tag=$tag" \
    --build-arg BUILDKIT_INLINE_CACHE=1 "$@"
}

scan_image() {
  select_service "$1"
  export IMAGE="$image" SERVICE="$service"
  scan
}

# project_command WHEN COMMAND: a command of the project's own, without what is the build's own.
project_command() {
  say "+ $2"
  (keep_own_variables && exec sh -e -c "$2") || give_up $? "the command $1: $2"
}

publish() {
  # CodeBuild comes here after a build that failed as well; that has been reported.
  if [ ! -e "$PIPELINE_HOME/built" ]; then
    trap - EXIT
    exit 1
  fi
  tag=$(cat "$PIPELINE_HOME/tag")
  missing=$(cat "$PIPELINE_HOME/missing")
  find_running
  find_deployed
  find_unchanged
  in_parallel "$all" keep_running
  if [ -n "$missing" ]; then
    log_in
    in_parallel "$missing" push_image
    log_out
  fi
  in_parallel "$all" move_latest
  if [ -n "${TAG_PARAMETER:-}" ]; then
    run aws ssm put-parameter --name "$TAG_PARAMETER" --type String --value "$tag" --overwrite
  fi
  settle_owner
  owner=$(cat "$PIPELINE_HOME/owner")
  if is_pipelines; then roller=${unchanged:+nobody}; else roller=cloudformation; fi
  roller=${roller:-pipeline}
  say "export IMAGE_TAG=$tag OWNER=$roller" > "$PIPELINE_HOME/exports"
  write_image_definitions
  if [ "$owner" = cloudformation ]; then signal SUCCESS 'The images are in ECR.' "$tag"; fi
  say "Done: $tag, rolled out by $roller."
}

# find_running: the images of the task that runs, and of the one that replaces it just now.
find_running() {
  : > "$PIPELINE_HOME/live"
  : > "$PIPELINE_HOME/rolling"
  if [ -z "${CLUSTER_NAME:-}" ] || [ -z "${SERVICE_NAME:-}" ]; then return 0; fi
  problem=$PIPELINE_HOME/problem
  unknown=0
  found=$(aws ecs describe-services --cluster "$CLUSTER_NAME" --services "$SERVICE_NAME" \
    --query "services[?status!='INACTIVE'] | [0].[
      deployments[?rolloutState=='COMPLETED'] | [0].taskDefinition, taskDefinition]" \
    --output text 2> "$problem") || unknown=$?
  if [ "$unknown" -ne 0 ]; then
    # The first deployment: the service's stack comes after this one.
    if grep -q ClusterNotFoundException "$problem"; then return 0; fi
    cat "$problem"
    give_up "$unknown" "aws ecs describe-services --cluster $CLUSTER_NAME --services $SERVICE_NAME"
  fi
  # shellcheck disable=SC2086  # two words, or one: None
  set -- $found
  if [ "${2:-None}" = None ]; then return 0; fi
  if [ "$1" = None ]; then set -- "$2" "$2"; fi
  images_of "$1" > "$PIPELINE_HOME/live"
  images_of "$2" > "$PIPELINE_HOME/rolling"
}

# find_deployed: the images that CloudFormation named last, and goes back to.
find_deployed() {
  : > "$PIPELINE_HOME/deployed"
  if [ -z "${SERVICE_STACK:-}" ]; then return 0; fi
  problem=$PIPELINE_HOME/problem
  unknown=0
  query="StackResourceSummaries[?ResourceType=='AWS::ECS::TaskDefinition'].PhysicalResourceId"
  # It has pages, where describe-stack-resources ends with the hundredth.
  found=$(aws cloudformation list-stack-resources --stack-name "$SERVICE_STACK" \
    --query "$query" --output text 2> "$problem") || unknown=$?
  if [ "$unknown" -ne 0 ]; then
    # The first deployment: that stack comes after this one.
    if grep -q 'does not exist' "$problem"; then return 0; fi
    cat "$problem"
    give_up "$unknown" "aws cloudformation list-stack-resources --stack-name $SERVICE_STACK"
  fi
  for definition in $found; do
    if [ "$definition" != None ]; then images_of "$definition" >> "$PIPELINE_HOME/deployed"; fi
  done
}

# is_pipelines: whether the pipeline rolls this run out. Beside a parameter the service has a stack
# of its own, which nothing changes while the pipeline's changes: there it only makes the first one.
is_pipelines() {
  if [ "$owner" = pipeline ]; then return 0; fi
  [ -n "${TAG_PARAMETER:-}" ] && [ -s "$PIPELINE_HOME/live" ]
}

# images_of TASK_DEFINITION: a line for each container, its name and its image.
images_of() {
  ask aws ecs describe-task-definition --task-definition "$1" \
    --query 'taskDefinition.containerDefinitions[].[name, image]' --output text
}

# keep_running NUMBER: what runs must outlive the retention, whatever becomes of this release.
keep_running() {
  select_service "$1"
  for kept in live rolling deployed; do
    while read -r name running; do
      if [ "$name" = "$service" ]; then
        case $running in
          "$repository:"*) move_tag "$kept" "imageTag=${running#"$repository:"}" ;;
          "$repository@"*) move_tag "$kept" "imageDigest=${running#"$repository@"}" ;;
        esac
      fi
    done < "$PIPELINE_HOME/$kept"
  done
}

push_image() {
  select_service "$1"
  say "+ docker push $image"
  refused=0
  docker push "$image" || refused=$?
  if [ "$refused" -eq 0 ]; then return 0; fi
  # A tag that another run of the same source has pushed meanwhile cannot be overwritten, and need
  # not be.
  exists=$(aws ecr batch-get-image --registry-id "$registry_id" \
    --repository-name "$repository_name" --image-ids "imageTag=$tag" \
    --query 'images[0].imageId.imageDigest' --output text) || exists=None
  if [ "$exists" = None ]; then give_up "$refused" "docker push $image"; fi
  say "$image has been pushed by another build."
}

move_latest() {
  select_service "$1"
  move_tag latest "imageTag=$tag"
}

# write_image_definitions: whole or not at all.
write_image_definitions() {
  separator='['
  for number in $all; do
    select_service "$number"
    printf '%s{"name": %s, "imageUri": "%s"}' "$separator" "$service_json" "$image"
    separator=', '
  done > "$PIPELINE_HOME/imagedefinitions.json"
  service=
  say ']' >> "$PIPELINE_HOME/imagedefinitions.json"
  target=$CODEBUILD_SRC_DIR/imagedefinitions.json
  run cp "$PIPELINE_HOME/imagedefinitions.json" "$target.part"
  run mv "$target.part" "$target"
}
