#!/bin/bash
# Signs one opaque text that the customer's browser relays: sign-payload.sh text TAG AUDIENCE [SUBJECT] < text
# Prints urlencoded fields, to become hidden inputs.
set -euo pipefail
export LC_ALL=C
content=$(mktemp) && trap 'rm -f "$content"' EXIT && cat > "$content"

# HMAC-SHA256 of stdin, in binary. RFC 2104 by hand, because `openssl dgst -hmac` shows the secret to everybody who lists
# processes; printf is built into the shell.
hmac() {
  local key inner='' outer='' i byte
  key=$(printf %s "$1" | { if ((${#1} > 64)); then openssl dgst -sha256 -binary; else cat; fi; } | od -An -v -tx1 | tr -d ' \n')
  for ((i = 0; i < 128; i += 2)); do
    byte=$((16#${key:i:2}0 / 16))
    printf -v inner '%s\\x%02x' "$inner" $((byte ^ 0x36))
    printf -v outer '%s\\x%02x' "$outer" $((byte ^ 0x5c))
  done
  { printf "$inner" && cat; } | openssl dgst -sha256 -binary | { printf "$outer" && cat; } | openssl dgst -sha256 -binary
}

# A structured field string: printable ASCII only, the quote and the backslash escaped.
quote() {
  [[ $1 != *[!\ -~]* ]] || { echo 'not printable ASCII' >&2 && exit 2; }
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# Every byte as an escape: longer than necessary, and never wrong.
percent() { od -An -v -tx1 | tr -d ' \n' | tr a-f A-F | sed 's/../%&/g'; }

[[ $1 == text ]] || { echo 'the shell has no JSON: sign a text' >&2 && exit 2; }
digest=$(openssl dgst -sha256 -binary "$content" | base64 -w0)
nonce=$(openssl rand 16 | base64 -w0 | tr '+/' '-_' | tr -d =)
params="(\"content-digest\");created=$(date +%s);nonce=\"$nonce\";keyid=$(quote "$COUNTERSIGN_KEYID")"
params+=";tag=$(quote "cs1-text:$2");audience=$(quote "$3")${4+;subject=$(quote "$4")}"
base="\"content-digest\": sha-256=:$digest:"$'\n'"\"@signature-params\": $params"
signature=$(printf %s "$base" | hmac "$COUNTERSIGN_SECRET" | base64 -w0)
printf 'payload=%s&signature-input=%s&signature=%s' \
  "$(percent < "$content")" "$(printf %s "sig=$params" | percent)" "$(printf %s "sig=:$signature:" | percent)"
