# What the programs have in common. Each has this file beside it.
set -euo pipefail
export LC_ALL=C

keyid=${COUNTERSIGN_KEYID:?is missing}
secret=${COUNTERSIGN_SECRET:?is missing} # a text secret is its UTF-8 bytes

fail() {
  echo "$1" >&2
  exit 2
}

# Bytes as hexadecimal digits.
hex() {
  od -An -v -tx1 | tr -d ' \n'
}

# HMAC-SHA256 of standard input, in base64. RFC 2104 by hand, because `openssl dgst -hmac` shows the
# secret to everybody who lists processes; printf is built into the shell.
hmac() {
  local key inner='' outer='' i byte
  if ((${#secret} > 64)); then
    key=$(printf %s "$secret" | openssl dgst -sha256 -binary | hex)
  else
    key=$(printf %s "$secret" | hex)
  fi

  # The key, filled up with zeros to 64 bytes, each byte of it changed in two ways.
  for ((i = 0; i < 128; i += 2)); do
    byte=$((16#${key:i:2}0 / 16))
    printf -v inner '%s\\x%02x' "$inner" $((byte ^ 0x36))
    printf -v outer '%s\\x%02x' "$outer" $((byte ^ 0x5c))
  done

  { printf "$inner"; cat; } | openssl dgst -sha256 -binary |
    { printf "$outer"; cat; } | openssl dgst -sha256 -binary | base64 -w0
}

# RFC 9651, section 3.3.3: printable ASCII, with the quote and the backslash escaped.
structured_string() {
  local text=$1
  if [[ $text == *[!\ -~]* ]]; then
    fail 'not printable ASCII'
  fi
  text=${text//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# Bytes in base64url without padding (RFC 4648, section 5).
base64url() {
  base64 -w0 | tr '+/' '-_' | tr -d =
}

# 16 random bytes.
nonce() {
  openssl rand 16 | base64url
}

# Splits a URL of characters that no parser on the way changes into authority, path and query.
split_url() {
  local url=$1 default_port=:80
  local unescaped=${url//%[0-9A-Fa-f][0-9A-Fa-f]/}
  if [[ $unescaped == *[!A-Za-z0-9._~!\$\&\(\)*+,\;=:@/?-]* ]]; then
    fail 'not a percent-encoded URL'
  fi
  if [[ ! $url =~ ^(https?)://([A-Za-z0-9._:-]+)(/[^?]*)?(\?.*)?$ ]]; then
    fail 'not a URL of http or https'
  fi
  if [[ ${BASH_REMATCH[1]} == https ]]; then
    default_port=:443
  fi

  # RFC 9421, section 2.2.3: the host in lower case, without the scheme's default port.
  authority=${BASH_REMATCH[2],,}
  authority=${authority%"$default_port"}
  path=${BASH_REMATCH[3]:-/}
  query=${BASH_REMATCH[4]:-?}
}
