#!/bin/bash
# Signs a URL that somebody else will open: sign-url.sh METHOD URL EXPIRES-IN [once]
# METHOD is what the opener will send: GET (which serves HEAD too) or PUT. `once` makes the URL count one time only.
set -euo pipefail
export LC_ALL=C

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

# Keeps RFC 3986's unreserved characters.
percent() {
  local i
  for ((i = 0; i < ${#1}; i++)); do
    if [[ ${1:i:1} == [A-Za-z0-9._~-] ]]; then printf %s "${1:i:1}"; else printf '%%%02X' "'${1:i:1}"; fi
  done
}

method=$1 url=$2 created=$(date +%s)
# The URL must be percent-encoded already, and have no fragment: what is signed is what is sent.
[[ $url =~ ^(https?)://([A-Za-z0-9._:-]+)(/[^?]*)?(\?.*)?$ && $url != *[!A-Za-z0-9._~!\$\&\(\)*+,\;=:@/?%-]* ]] || exit 2
authority=${BASH_REMATCH[2],,} path=${BASH_REMATCH[3]:-/} query=${BASH_REMATCH[4]:-?}
if [[ ${BASH_REMATCH[1]} == https ]]; then authority=${authority%:443}; else authority=${authority%:80}; fi
IFS='&' read -ra pairs <<< "${query#?}"
for pair in "${pairs[@]}"; do
  name=${pair%%=*}
  printf -v name %b "${name//%/\\x}"
  [[ ${name,,} != signature && ${name,,} != signature-input ]] || { echo 'the URL has a signature' >&2 && exit 2; }
done

params="(\"@method\" \"@authority\" \"@path\" \"@query\");created=$created;expires=$((created + $3))"
[[ ${4-} != once ]] || params+=";nonce=\"$(openssl rand 16 | base64 -w0 | tr '+/' '-_' | tr -d =)\""
params+=";keyid=$(quote "$COUNTERSIGN_KEYID");tag=\"cs1-url\""
base="\"@method\": $method"$'\n'"\"@authority\": $authority"$'\n'"\"@path\": $path"$'\n'"\"@query\": $query"$'\n'
signature=$(printf %s "$base\"@signature-params\": $params" | hmac "$COUNTERSIGN_SECRET" | base64 -w0)
separator='?'
if [[ $query != '?' ]]; then separator='&'; elif [[ $url == *'?' ]]; then separator=''; fi
echo "$url${separator}signature-input=$(percent "sig=$params")&signature=$(percent "sig=:$signature:")"
