// Verifies a license, offline.
//
//	verify-license PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license
//
// The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes.
// Prints the terms.
package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"strings"
)

const forEver = 1 << 40

// readLicense takes the file or its one line, as mail programs wrap them, also inside of texts.
func readLicense(text string) (map[string]any, error) {
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		decoded, err := base64.RawURLEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			return nil, err
		}
		text = string(decoded)
	}
	return readJSON(strings.NewReplacer("\r", "", "\n", "").Replace(text))
}

// checkEd25519 is RFC 8032, over the same base as every signature.
func checkEd25519(base, label, signature, publicKey string) error {
	text := strings.TrimSuffix(strings.TrimPrefix(signature, label+"=:"), ":")
	bytes, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(bytes) != ed25519.SignatureSize || signature != label+"=:"+text+":" {
		return refusal("signature_malformed")
	}
	key, err := base64.RawURLEncoding.DecodeString(publicKey)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return refusal("key_unknown")
	}
	if !ed25519.Verify(key, []byte(base), bytes) {
		return refusal("signature_mismatch")
	}
	return nil
}

// checkTerms is what the terms demand of the program and the machine.
func checkTerms(terms map[string]any, machine string) error {
	critical, _ := terms["critical"].([]any)
	for _, name := range critical { // and the members of your own that this program obeys
		if name != "features" && name != "machine" {
			return refusal("critical_unknown")
		}
	}
	if terms["machine"] != nil && terms["machine"] != machine {
		return refusal("machine_mismatch")
	}
	return nil
}

// verify gives the terms that were signed, as canonical JSON.
func verify(received, product, keyid, key, machine string, subject ...string) (string, error) {
	terms, err := readLicense(received)
	if err != nil || len(received) > maxBytes {
		return "", refusal("payload_malformed")
	}
	input := takeText(terms, "signature-input")
	signature := takeText(terms, "signature")
	signed, err := readSignatureInput(input)
	if err != nil {
		return "", err
	}
	if err := signed.checkPurpose("cs1-license:"+product, subject...); err != nil {
		return "", err
	}
	// It counts until it expires. The clocks of customers are less exact.
	if err := signed.checkTimes(forEver, 300); err != nil {
		return "", err
	}
	algorithm, given := signed.parameters["alg"]
	if signed.text("keyid") != keyid || given && algorithm != `"ed25519"` {
		return "", refusal("key_unknown")
	}

	content := canonicalJSON(terms)
	lines := []string{line("content-digest", contentDigest([]byte(content)))}
	base := signatureBase(lines, signed.params)
	if err := checkEd25519(base, signed.label, signature, key); err != nil {
		return "", err
	}
	return content, checkTerms(terms, machine)
}

func main() {
	received, _ := io.ReadAll(io.LimitReader(os.Stdin, maxBytes+1))
	product, keyid, publicKey := os.Args[1], os.Args[2], os.Args[3]
	rest := os.Args[4:]
	if len(rest) == 0 {
		rest = []string{""} // no machine
	}
	terms, err := verify(string(received), product, keyid, publicKey, rest[0], rest[1:]...)
	if err != nil {
		fail(err.Error())
	}
	fmt.Print(terms)
}
