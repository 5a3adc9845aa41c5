#!/bin/sh
# The question with zcat and jq. Arguments: how many pairs of them at once, the dump.
# CALLS: a JSON object from "source/name as recorded" to the name; DENIALS: a regular expression.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# shellcheck disable=SC2016 # the dollars are of jq
export folder program='
  .Records[] | ($calls[.eventSource + "/" + .eventName] // empty) as $name
  | (if .errorCode == null then "succeeded"
     elif .errorCode | test($denials) then "denied" else empty end) as $outcome
  | "\(.recipientAccountId),\($name),\($outcome)"'

if [ "$1" = 1 ]; then
  find "$2" -name '*.json.gz' -print0 | xargs -0 zcat -- \
    | jq -r --argjson calls "$CALLS" --arg denials "$DENIALS" "$program" > "$folder/all"
else
  # A file a pair: in one pipe, lines of several could mix.
  # shellcheck disable=SC2016 # the inner shell puts these in
  find "$2" -name '*.json.gz' -print0 | xargs -0 -n 64 -P "$1" sh -eu -c '
    zcat -- "$@" | jq -r --argjson calls "$CALLS" --arg denials "$DENIALS" "$program" >> "$folder/$$"' sh
fi
cat "$folder"/* | awk -F, '
  { found[$1 "," $2]; times[$1 "," $2, $3]++ }
  END {
    print "account_id,event_name,succeeded,denied"
    for (one in found) print one "," times[one, "succeeded"] + 0 "," times[one, "denied"] + 0
  }'
