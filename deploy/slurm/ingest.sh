#!/bin/bash
#SBATCH --job-name=devtrail-ingest
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=devtrail-ingest-%A_%a.log
#
# One part of a dump into the case folder. DUMP, CASE and PARTS come from submit.sh; DEVTRAIL names
# the program, INGEST_OPTIONS further options. Safe to be killed, requeued and run twice.
set -euo pipefail

: "${DUMP:?the dump}" "${CASE:?the case folder}" "${PARTS:?how many parts}"
# PARTS is said, never taken from SLURM_ARRAY_TASK_MAX: that of `--array=17` is 17.
part=${SLURM_ARRAY_TASK_ID:?run it as an array: sbatch --array=1-$PARTS}
read -r -a options <<< "${INGEST_OPTIONS:-}"

status=0
"${DEVTRAIL:-devtrail}" ingest "$DUMP" --case "$CASE" --part "$part/$PARTS" \
  --threads "${SLURM_CPUS_PER_TASK:-1}" "${options[@]}" || status=$?

# 3: some input was not read or not trusted. The part is done; the report will say it.
[ "$status" = 3 ] && status=0
exit "$status"
