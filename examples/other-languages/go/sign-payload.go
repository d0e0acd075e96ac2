// Signs a payload that the customer's browser relays.
//
//	sign-payload text|form|json TAG AUDIENCE [SUBJECT] < payload
//
// text: one opaque text; form: urlencoded fields. Prints urlencoded fields, to be hidden inputs.
// json: one JSON object. Prints it with the two members of the signature.
package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"
)

// signContent gives the two texts that stand beside the data. content is the data's canonical text;
// address is for whom it is, and about whom.
func signContent(content, tag string, address []string) (input, signature string) {
	// The parameters (RFC 9421, section 2.3): who signs, what for, for whom, and about whom.
	params := fmt.Sprintf(`("content-digest");created=%d;nonce="%s"`, time.Now().Unix(), nonce())
	params += `;keyid=` + structuredString(required("COUNTERSIGN_KEYID"))
	params += `;tag=` + structuredString(tag)
	params += `;audience=` + structuredString(address[0])
	if len(address) > 1 {
		params += `;subject=` + structuredString(address[1])
	}

	// The digest (RFC 9530) stands for the data.
	lines := []string{line("content-digest", contentDigest([]byte(content)))}
	base := signatureBase(lines, params)
	return "sig=" + params, "sig=" + sign(base, required("COUNTERSIGN_SECRET"))
}

// signJSON is an object with two members more.
func signJSON(text, tag string, address []string) (string, error) {
	data, err := readJSON(text)
	if err != nil || data["signature-input"] != nil || data["signature"] != nil {
		return "", errors.New("not an object without signature")
	}
	input, signature := signContent(canonicalJSON(data), tag, address)
	data["signature-input"] = input
	data["signature"] = signature
	return canonicalJSON(data), nil
}

// signFields is a form with two fields more; of a text it is the field payload.
func signFields(kind, text, tag string, address []string) (string, error) {
	fields := url.Values{"payload": {text}}
	content := text
	if kind == "form" {
		var err error
		fields, err = readForm(text)
		signed := fields.Has("signature-input") || fields.Has("signature")
		if err != nil || len(fields) == 0 || signed {
			return "", errors.New("not urlencoded fields without signature")
		}
		content = canonicalForm(fields)
	}
	input, signature := signContent(content, tag, address)
	fields.Set("signature-input", input)
	fields.Set("signature", signature)
	return fields.Encode(), nil
}

func main() {
	kind, tag, address := os.Args[1], os.Args[2], os.Args[3:]
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err.Error())
	}
	tag = "cs1-" + kind + ":" + tag
	var signed string
	if kind == "json" {
		signed, err = signJSON(string(text), tag, address)
	} else {
		signed, err = signFields(kind, string(text), tag, address)
	}
	if err != nil {
		fail(err.Error())
	}
	fmt.Print(signed)
}
