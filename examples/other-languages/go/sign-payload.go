// Signs a payload that the customer's browser relays: sign-payload text|form|json TAG AUDIENCE [SUBJECT]
//
// text: one opaque text on stdin; form: urlencoded fields; json: an object. Prints urlencoded fields, to become hidden
// inputs, or the object with two more members.
package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"
)

// signPayload answers what stands beside the data. The texts in it are printable ASCII, which %+q quotes rightly.
func signPayload(content, kind, tag, audience string, subject ...string) (input, signature string) {
	nonce := make([]byte, 16)
	_, err := rand.Read(nonce)
	demand(err == nil, "no random bytes")
	params := fmt.Sprintf(`("content-digest");created=%d`, time.Now().Unix())
	params += fmt.Sprintf(`;nonce="%s";keyid=%+q`, base64.RawURLEncoding.EncodeToString(nonce), keyid)
	params += fmt.Sprintf(`;tag=%+q;audience=%+q`, "cs1-"+kind+":"+tag, audience)
	if len(subject) > 0 {
		params += fmt.Sprintf(`;subject=%+q`, subject[0])
	}
	lines := fmt.Sprintf("\"content-digest\": %s\n", digest([]byte(content)))
	return "sig=" + params, sign(lines, params, secret)
}

func main() {
	stdin, _ := io.ReadAll(os.Stdin)
	content, kind, address := string(stdin), os.Args[1], os.Args[2:]
	if kind == "json" {
		data := parseJSON(content)
		demand(data["signature-input"] == nil && data["signature"] == nil, "it has a signature")
		input, signature := signPayload(canonicalJSON(data), kind, address[0], address[1], address[2:]...)
		data["signature-input"], data["signature"] = input, signature
		fmt.Print(canonicalJSON(data))
		return
	}
	fields := url.Values{"payload": {content}}
	if kind == "form" {
		var err error
		fields, err = url.ParseQuery(content)
		demand(err == nil && len(fields) > 0, "not urlencoded fields")
		demand(fields["signature-input"] == nil && fields["signature"] == nil, "it has a signature")
		content = canonicalForm(fields)
	}
	input, signature := signPayload(content, kind, address[0], address[1], address[2:]...)
	fields.Set("signature-input", input)
	fields.Set("signature", signature)
	fmt.Print(fields.Encode())
}
