#!/bin/bash
# Signs a request and sends it with curl: sign-request.sh METHOD URL [CONTENT-TYPE] < content
#
# The URL must be percent-encoded already.
source "$(dirname "$0")/countersign.sh"
source "$(dirname "$0")/spelling.sh"

method=$1
url=$2
type=${3-application/json}
split_url "$url"
if [[ $url == *'?'* ]]; then
  query="?$(default_spelling "${query#?}")"
  url=${url%%\?*}$query
fi

# Standard input goes through a file, so that its bytes stay as they are.
content=$(mktemp)
trap 'rm -f "$content"' EXIT
cat > "$content"

# What is covered, a line each (wire format, "Components").
names='"@method" "@authority" "@path" "@query"'
lines="\"@method\": $method
\"@authority\": $authority
\"@path\": $path
\"@query\": $query"
fields=()
if [[ -s $content ]]; then
  # RFC 9530: the digest stands for the content, so that the signature covers it.
  digest=$(openssl dgst -sha256 -binary "$content" | base64 -w0)
  fields+=(-H "Content-Type: $type" -H "Content-Digest: sha-256=:$digest:")
  fields+=(--data-binary "@$content")
  names+=' "content-type" "content-digest"'
  lines+="
\"content-type\": $type
\"content-digest\": sha-256=:$digest:"
fi

# The parameters of the signature (RFC 9421, section 2.3).
created=$(date +%s)
nonce=$(nonce)
name=$(structured_string "$keyid")
params="($names);created=$created;nonce=\"$nonce\";keyid=$name"

# The signature base (RFC 9421, section 2.5): the parameters are the last line.
base="$lines
\"@signature-params\": $params"
signature=$(printf %s "$base" | hmac)

# Without -L no redirect is followed: a signature is for one URL. With --globoff and --path-as-is
# nothing in it is written anew.
curl --silent --show-error --fail-with-body --globoff --path-as-is \
  --request "$method" "${fields[@]}" \
  -H "Signature-Input: sig=$params" -H "Signature: sig=:$signature:" "$url"
