// What a signature says: what it covers, and its parameters.
package main

import (
	"regexp"
	"strconv"
	"strings"
)

// One parameter: an integer or a string (RFC 9421, section 2.3).
const parameter = `;([a-z*][a-z0-9_.*-]*)=(0|[1-9][0-9]{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")`

var onePattern = regexp.MustCompile(parameter)

// A label, what is covered, and the parameters: the only member, of one spelling.
var inputPattern = regexp.MustCompile(`^([a-z*][a-z0-9_.*-]*)=` +
	`(\("([a-z0-9@-]+(?:" "[a-z0-9@-]+)*)"\)((?:` + parameter + `)*))$`)

// A signatureInput is what a signature says. Nothing in it is there twice. params are as received,
// for the signature base; texts among the parameters have their quotes.
type signatureInput struct {
	label, params string
	names         []string
	covers        map[string]bool
	parameters    map[string]string
}

func readSignatureInput(received string) (signatureInput, error) {
	found := inputPattern.FindStringSubmatch(received)
	if found == nil {
		return signatureInput{}, refusal("signature_malformed")
	}
	names := strings.Split(found[3], `" "`)
	covers := map[string]bool{}
	for _, name := range names {
		covers[name] = true
	}
	pairs := onePattern.FindAllStringSubmatch(found[4], -1)
	parameters := map[string]string{}
	for _, pair := range pairs {
		parameters[pair[1]] = pair[2]
	}
	if len(covers) != len(names) || len(parameters) != len(pairs) {
		return signatureInput{}, refusal("signature_malformed")
	}
	return signatureInput{found[1], found[2], names, covers, parameters}, nil
}

// text is a parameter without its quotes; "" if it is not there, or no text.
func (signed signatureInput) text(name string) string {
	text, _ := strconv.Unquote(signed.parameters[name])
	return text
}
