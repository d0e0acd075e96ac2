#!/bin/bash
# Signs a request and sends it with curl: sign-request.sh METHOD URL [CONTENT-TYPE] < content
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

method=$1 url=$2 type=${3-application/json}
# The URL must be percent-encoded already: what is signed is what arrives.
[[ $url =~ ^(https?)://([A-Za-z0-9._:-]+)(/[^?]*)?(\?.*)?$ && $url != *[!A-Za-z0-9._~!\$\&\(\)*+,\;=:@/?%-]* ]] || exit 2
authority=${BASH_REMATCH[2],,} path=${BASH_REMATCH[3]:-/} query=${BASH_REMATCH[4]:-?}
if [[ ${BASH_REMATCH[1]} == https ]]; then authority=${authority%:443}; else authority=${authority%:80}; fi

names='"@method" "@authority" "@path" "@query"'
base="\"@method\": $method"$'\n'"\"@authority\": $authority"$'\n'"\"@path\": $path"$'\n'"\"@query\": $query"$'\n'
fields=()
if [[ -s $content ]]; then
  digest="sha-256=:$(openssl dgst -sha256 -binary "$content" | base64 -w0):"
  names+=' "content-type" "content-digest"'
  base+="\"content-type\": $type"$'\n'"\"content-digest\": $digest"$'\n'
  fields=(-H "Content-Type: $type" -H "Content-Digest: $digest" --data-binary "@$content")
fi
nonce=$(openssl rand 16 | base64 -w0 | tr '+/' '-_' | tr -d =)
params="($names);created=$(date +%s);nonce=\"$nonce\";keyid=$(quote "$COUNTERSIGN_KEYID")"
signature=$(printf %s "$base\"@signature-params\": $params" | hmac "$COUNTERSIGN_SECRET" | base64 -w0)
# Without -L no redirect is followed: a signature is for one URL. --globoff and --path-as-is: nothing in it is rewritten.
curl --silent --show-error --fail-with-body --globoff --path-as-is --request "$method" "${fields[@]}" \
  -H "Signature-Input: sig=$params" -H "Signature: sig=:$signature:" "$url"
