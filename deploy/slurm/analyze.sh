#!/bin/bash
#SBATCH --job-name=devtrail-analyze
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH --time=04:00:00
#SBATCH --output=devtrail-analyze-%j.log
#
# The report over all parts of the case folder. CASE and OUT come from submit.sh; ANALYZE_OPTIONS
# holds further options. Its exit status is that of devtrail.
set -euo pipefail

: "${CASE:?the case folder}" "${OUT:?the folder of the report}"
read -r -a options <<< "${ANALYZE_OPTIONS:-}"

exec "${DEVTRAIL:-devtrail}" analyze --case "$CASE" -o "$OUT" \
  --threads "${SLURM_CPUS_PER_TASK:-1}" "${options[@]}"
