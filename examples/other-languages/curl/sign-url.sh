#!/bin/bash
# Signs a URL that somebody else will open: sign-url.sh METHOD URL EXPIRES-IN [once]
#
# METHOD is what the opener will send: GET (which serves HEAD too) or PUT. EXPIRES-IN: in seconds.
# `once` makes the URL count one time only. The URL must be percent-encoded, and have no fragment.
source "$(dirname "$0")/countersign.sh"

# Keeps RFC 3986's unreserved characters.
percent() {
  local text=$1 i character
  for ((i = 0; i < ${#text}; i++)); do
    character=${text:i:1}
    if [[ $character == [A-Za-z0-9._~-] ]]; then
      printf %s "$character"
    else
      printf '%%%02X' "'$character"
    fi
  done
}

method=$1
url=$2
expires_in=$3
once=${4-}
split_url "$url"

# A URL that has a signature already gets no second one.
IFS='&' read -ra pairs <<< "${query#?}"
for pair in "${pairs[@]}"; do
  name=${pair%%=*}
  printf -v name %b "${name//%/\\x}"
  if [[ ${name,,} == signature || ${name,,} == signature-input ]]; then
    fail 'the URL has a signature'
  fi
done

# The parameters (RFC 9421, section 2.3). A URL must expire, since URLs are kept and forwarded.
created=$(date +%s)
params='("@method" "@authority" "@path" "@query")'
params+=";created=$created;expires=$((created + expires_in))"
if [[ $once == once ]]; then
  nonce=$(nonce)
  params+=";nonce=\"$nonce\""
fi
name=$(structured_string "$keyid")
params+=";keyid=$name;tag=\"cs1-url\""

# The signature base (RFC 9421, section 2.5): a line for each component, the parameters last.
base="\"@method\": $method
\"@authority\": $authority
\"@path\": $path
\"@query\": $query
\"@signature-params\": $params"
signature=$(printf %s "$base" | hmac)

# Wire format, "Query carrier": two more parameters.
separator='&'
if [[ $query == '?' ]]; then
  separator='?'
fi
if [[ $url == *'?' && $query == '?' ]]; then
  separator=''
fi
signed_input=$(percent "sig=$params")
signature=$(percent "sig=:$signature:")
echo "$url${separator}signature-input=$signed_input&signature=$signature"
