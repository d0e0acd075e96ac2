# How a query is written, so that no framework on the way changes what was signed: wire format,
# "Spellings of a query".

# Escapes one by one: none where none is needed, in upper case where one is.
spell() {
  local text=$1 character escape
  while [[ -n $text ]]; do
    character=${text:0:1}
    text=${text:1}
    if [[ $character == % ]]; then
      escape=%${text:0:2}
      printf -v character %b "\\x${text:0:2}"
      text=${text:2}
    elif [[ $character == + ]]; then
      escape=+
    else
      printf -v escape '%%%02X' "'$character"
    fi

    if [[ $character == [A-Za-z0-9._~-] ]]; then
      escape=$character
    else
      escape=${escape^^}
    fi
    printf %s "$escape"
  done
}

# Of a request: every pair stays what it is.
default_spelling() {
  local query=$1 pair separator=''
  while true; do
    pair=${query%%&*}
    printf %s "$separator"
    spell "${pair%%=*}"
    if [[ $pair == *=* ]]; then
      printf =
      spell "${pair#*=}"
    fi

    if [[ $query != *'&'* ]]; then
      break
    fi
    query=${query#*&}
    separator='&'
  done
}

# Names that JavaScript keeps in front of all others.
is_integer() {
  [[ $1 =~ ^(0|[1-9][0-9]{0,9})$ ]] && (($1 < 4294967295))
}

# Of a signed URL: as a framework has it that reads a form and writes it anew.
form_spelling() {
  local pairs pair name value integers=() others=() query=''
  local -A groups=()
  IFS='&' read -ra pairs <<< "${1//+/%20}"
  for pair in "${pairs[@]}"; do
    if [[ -z $pair ]]; then
      continue
    fi
    name=$(spell "${pair%%=*}")
    value=''
    if [[ $pair == *=* ]]; then
      value=$(spell "${pair#*=}")
    fi
    if [[ -z ${groups["=$name"]-} ]] && is_integer "$name"; then
      integers+=("$name")
    elif [[ -z ${groups["=$name"]-} ]]; then
      others+=("$name")
    fi
    groups["=$name"]+="&$name=$value"
  done

  if ((${#integers[@]} > 0)); then
    mapfile -t integers < <(printf '%s\n' "${integers[@]}" | sort -n)
  fi
  for name in "${integers[@]}" "${others[@]}"; do
    query+=${groups["=$name"]}
  done
  printf %s "${query#&}"
}
