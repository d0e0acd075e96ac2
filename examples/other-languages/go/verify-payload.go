// Verifies a payload that a browser relayed: verify-payload text|form|json TAG AUDIENCE [SUBJECT] < what arrived
//
// text and form arrive as urlencoded fields, json as an object. Prints what was signed: the opaque text, the fields, or
// canonical JSON. The subject is the user whose session it arrived in.
package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"strconv"
)

// What countersign signs, as it writes it; nothing else is taken.
var member = regexp.MustCompile(`^sig=(\(("content-digest")\);created=(\d{1,12})(?:;expires=(\d{1,12}))?` +
	`;nonce="([\w-]{1,128})";keyid=` + text + `;tag=` + text + `;audience=` + text + `(?:;subject=` + text + `)?)$`)

// split answers what was signed, and the two texts beside it.
func split(received, kind string) (content, input, signature string) {
	if kind == "json" {
		data := parseJSON(received)
		input, _ = data["signature-input"].(string)
		signature, _ = data["signature"].(string)
		delete(data, "signature-input")
		delete(data, "signature")
		return canonicalJSON(data), input, signature
	}
	fields, err := url.ParseQuery(received)
	demand(err == nil && len(fields["signature-input"]) == 1 && len(fields["signature"]) == 1, "signature_malformed")
	input, signature = fields.Get("signature-input"), fields.Get("signature")
	fields.Del("signature-input")
	fields.Del("signature")
	content = canonicalForm(fields)
	demand(len(fields) == 1 && fields["payload"] != nil || kind == "form" && len(fields) > 0, "payload_malformed")
	if kind == "text" {
		content = fields.Get("payload")
	}
	return content, input, signature
}

// verify answers the text that was signed, and nothing else: use this, not what was received.
func verify(received, kind, tag, audience string, subject ...string) string {
	content, input, signature := split(received, kind)
	found := member.FindStringSubmatch(input)
	demand(found != nil, "signature_malformed")
	demand(found[7] == strconv.Quote("cs1-"+kind+":"+tag), "tag_mismatch")
	demand(found[8] == strconv.Quote(audience), "audience_mismatch")
	demand(len(subject) == 0 || found[9] == strconv.Quote(subject[0]), "subject_mismatch")
	code := refusal(fmt.Sprintf("\"content-digest\": %s\n", digest([]byte(content))), signature, found)
	demand(code == "", code)
	return content
}

func main() {
	received, _ := io.ReadAll(os.Stdin)
	fmt.Print(verify(string(received), os.Args[1], os.Args[2], os.Args[3], os.Args[4:]...))
}
