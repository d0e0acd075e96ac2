#!/bin/bash
# Signs a URL that somebody else will open: sign-url.sh METHOD URL EXPIRES-IN [once]
#
# METHOD is what the opener will send: GET (which serves HEAD too) or PUT. EXPIRES-IN: in seconds.
# `once` makes the URL count one time only. The URL must be percent-encoded, and have no fragment.
source "$(dirname "$0")/countersign.sh"
source "$(dirname "$0")/spelling.sh"

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
query=$(form_spelling "${query#?}")

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
\"@query\": ?$query
\"@signature-params\": $params"
signature=$(printf %s "$base" | hmac)

# Wire format, "Query carrier": two more parameters.
signed_input=$(printf %s "sig=$params" | base64url)
signature=$(printf %s "sig=:$signature:" | base64url)
echo "${url%%\?*}?$query${query:+&}signature-input=$signed_input&signature=$signature"
