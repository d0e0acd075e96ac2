// Verifies a payload that a browser relayed.
//
//	verify-payload text|form|json TAG AUDIENCE [SUBJECT] < what arrived
//
// text and form arrive as urlencoded fields, json as an object. Prints what was signed: the opaque
// text, the fields, or canonical JSON. The subject is the user whose session it arrived in.
package main

import (
	"fmt"
	"io"
	"os"
)

// splitJSON gives the canonical text of the data, and the two texts that stood beside it.
func splitJSON(received string) (content, input, signature string, err error) {
	data, err := readJSON(received)
	if err != nil {
		return "", "", "", refusal("payload_malformed")
	}
	input = takeText(data, "signature-input")
	signature = takeText(data, "signature")
	return canonicalJSON(data), input, signature, nil
}

// splitFields does the same for a form, or for a text in a form.
func splitFields(received, kind string) (content, input, signature string, err error) {
	fields, err := readForm(received)
	if err != nil {
		return "", "", "", refusal("payload_malformed")
	}
	input, signature = fields.Get("signature-input"), fields.Get("signature")
	fields.Del("signature-input")
	fields.Del("signature")
	if len(fields) == 0 || kind == "text" && (len(fields) != 1 || !fields.Has("payload")) {
		return "", "", "", refusal("payload_malformed")
	}
	if kind == "text" {
		return fields.Get("payload"), input, signature, nil
	}
	return canonicalForm(fields), input, signature, nil
}

// checkContent verifies a content for this tag and address: an audience, and perhaps a subject.
func checkContent(content, input, signature, tag string, address []string) error {
	signed, err := readSignatureInput(input)
	if err != nil {
		return err
	}
	if err := signed.checkPurpose(tag, address[1:]...); err != nil {
		return err
	}
	if signed.text("audience") != address[0] {
		return refusal("audience_mismatch")
	}
	values := map[string]string{"content-digest": contentDigest([]byte(content))}
	if err := signed.check(values, signature); err != nil {
		return err
	}
	return signed.consume()
}

// verify gives the text that was signed, and nothing else: use this, not what was received.
func verify(received, kind, tag string, address []string) (content string, err error) {
	var input, signature string
	if len(received) > maxBytes {
		return "", refusal("body_too_large")
	}
	if kind == "json" {
		content, input, signature, err = splitJSON(received)
	} else {
		content, input, signature, err = splitFields(received, kind)
	}
	if err != nil {
		return "", err
	}
	return content, checkContent(content, input, signature, "cs1-"+kind+":"+tag, address)
}

func main() {
	received, err := io.ReadAll(io.LimitReader(os.Stdin, maxBytes+1))
	if err != nil {
		fail(err.Error())
	}
	content, err := verify(string(received), os.Args[1], os.Args[2], os.Args[3:])
	if err != nil {
		fail(err.Error())
	}
	fmt.Print(content)
}
