#!/usr/bin/env bash
# A fault injection campaign as a Slurm job array with a merge job behind it, written by 'dotnet mutators cluster slurm'. Edit it as you like.
#
#   bash mutators-slurm.sh            submits both; 'dotnet mutators progress' shows how far the shards are
#
# Every node must see the repository under the same path. Each shard builds in .mutators/shards/K-of-N there: the tool, git and the .NET SDK are all it needs.
#SBATCH --job-name=mutators
#SBATCH --cpus-per-task=1
#SBATCH --mem=4G
#SBATCH --time=04:00:00
#SBATCH --requeue
set -euo pipefail

repository=/srv/project
mutators=(dotnet mutators)
options=(--profile 'it'\''s classic')   # what goes to every 'run', for example --profile classic; --since=REF needs a clone with that history, and not a shallow one
shards=12           # more than workers, so that nobody waits long for the last
workers=3           # at a time
logs="$repository/.mutators/slurm"
restarts=3          # of a shard that was killed: it resumes where it was

case "${1:-submit}" in
  submit)
    mkdir -p "$logs"
    echo '*' > "$logs/.gitignore"
    array=$(sbatch --parsable --array="1-$shards%$workers" --output="$logs/shard-%A_%a.log" "$0" shard)
    merge=$(sbatch --parsable --dependency="afterany:$array" --output="$logs/merge-%j.log" "$0" merge)
    echo "what they say: $logs"
    echo "shards: job $array, merge: job $merge"
    ;;
  shard)
    cd "$repository" # what options name is looked for there
    code=0
    "${mutators[@]}" run -C "$repository" --shard "$SLURM_ARRAY_TASK_ID/$shards" "${options[@]}" || code=$?
    # From 128 on the shard was killed, for want of memory or by the node. What the tool itself says would be said again.
    if [ "$code" -ge 128 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt "$restarts" ]; then
      scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
    fi
    exit "$code"
    ;;
  merge)
    "${mutators[@]}" merge -C "$repository"
    ;;
esac
