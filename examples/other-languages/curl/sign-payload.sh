#!/bin/bash
# Signs one opaque text that the customer's browser relays.
#
# sign-payload.sh text TAG AUDIENCE [SUBJECT] < text
#
# Prints urlencoded fields, to be hidden inputs.
source "$(dirname "$0")/countersign.sh"

# Every byte as an escape: longer than necessary, and never wrong.
percent() {
  hex | tr a-f A-F | sed 's/../%&/g'
}

if [[ $1 != text ]]; then
  fail 'the shell has no JSON: sign a text'
fi

# Standard input goes through a file, so that its bytes stay as they are.
content=$(mktemp)
trap 'rm -f "$content"' EXIT
cat > "$content"

# The parameters (RFC 9421, section 2.3): who signs, what for, for whom, and about whom.
created=$(date +%s)
nonce=$(nonce)
name=$(structured_string "$keyid")
tag=$(structured_string "cs1-text:$2")
audience=$(structured_string "$3")
params="(\"content-digest\");created=$created;nonce=\"$nonce\""
params+=";keyid=$name;tag=$tag;audience=$audience"
if (($# > 3)); then
  subject=$(structured_string "$4")
  params+=";subject=$subject"
fi

# The signature base (RFC 9421, section 2.5): the digest (RFC 9530) stands for the text.
digest=$(openssl dgst -sha256 -binary "$content" | base64 -w0)
base="\"content-digest\": sha-256=:$digest:
\"@signature-params\": $params"
signature=$(printf %s "$base" | hmac)

printf 'payload=%s' "$(percent < "$content")"
printf '&signature-input=%s' "$(printf %s "sig=$params" | percent)"
printf '&signature=%s' "$(printf %s "sig=:$signature:" | percent)"
