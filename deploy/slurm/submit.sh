#!/bin/bash
# Submits a dump to Slurm: an array of PARTS ingests, and the report once all of them are done.
#
#   deploy/slurm/submit.sh DUMP CASE OUT PARTS [sbatch options, such as --partition=long]
#
# DUMP, CASE and OUT lie on storage that all nodes see under the same path.
set -euo pipefail

if [ $# -lt 4 ]; then
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
export DUMP CASE OUT PARTS
DUMP=$(realpath "$1") CASE=$(realpath -m "$2") OUT=$(realpath -m "$3") PARTS=$4
shift 4

array=$(sbatch --parsable --export=ALL --array="1-$PARTS" "$@" "$here/ingest.sh")
# A cluster's name may stand behind the number.
sbatch --export=ALL --dependency="afterok:${array%%;*}" --kill-on-invalid-dep=yes "$@" "$here/analyze.sh"
echo "Part 17 again, if it failed: DUMP=$DUMP CASE=$CASE PARTS=$PARTS sbatch --array=17 $here/ingest.sh"
