// What all programs have in common: each runs with this file beside it, as in
//
//	go run sign-request.go countersign.go spelling.go
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// finalURL is a URL of characters that no parser on the way changes, without a fragment.
var finalURL = regexp.MustCompile(`^(?:[A-Za-z0-9_.~!$&()*+,;=:@/?-]|%[0-9A-Fa-f]{2})+$`)

// required is a variable of the environment that must not be empty.
func required(variable string) string {
	value := os.Getenv(variable)
	if value == "" {
		fail(variable + " is missing")
	}
	return value
}

// secretOf is where your table of keys goes; "" for a key that nobody has.
func secretOf(keyid string) string {
	if keyid == "" || keyid != os.Getenv("COUNTERSIGN_KEYID") {
		return ""
	}
	return os.Getenv("COUNTERSIGN_SECRET")
}

// A refusal is one of the codes in docs/reference/errors.md.
type refusal string

func (code refusal) Error() string {
	return "refused: " + string(code)
}

// fail ends the program.
func fail(why string) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}

// structuredString is RFC 9651, section 3.3.3: printable ASCII, with quote and backslash escaped.
func structuredString(text string) string {
	for _, character := range text {
		if character < ' ' || character > '~' {
			fail("not printable ASCII")
		}
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// nonce is 16 random bytes.
func nonce() string {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		fail("no random bytes")
	}
	return base64.RawURLEncoding.EncodeToString(random)
}

// authorityOf is RFC 9421, section 2.2.3: the host in lower case, without the default port.
func authorityOf(scheme, host string) string {
	defaultPort := map[string]string{"https": ":443", "http": ":80"}[scheme]
	return strings.TrimSuffix(strings.ToLower(host), defaultPort)
}

// contentDigest is RFC 9530: what stands for the content among the covered components.
func contentDigest(content []byte) string {
	hash := sha256.Sum256(content)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(hash[:]) + ":"
}

// signatureBase is RFC 9421, section 2.5: what is covered, a line each, and the parameters last.
func signatureBase(lines []string, params string) string {
	return strings.Join(lines, "\n") + "\n\"@signature-params\": " + params
}

// line is one line of the signature base.
func line(name, value string) string {
	return `"` + name + `": ` + value
}

// sign is the HMAC-SHA256 of a signature base, as it is sent. A text secret is its UTF-8 bytes.
func sign(base, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(base))
	return ":" + base64.StdEncoding.EncodeToString(mac.Sum(nil)) + ":"
}
