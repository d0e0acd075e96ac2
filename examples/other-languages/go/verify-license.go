// Verifies a license, offline: verify-license PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license
// The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes. Prints the terms.
package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What countersign signs, as it writes it; nothing else is taken.
var member = regexp.MustCompile(`^sig=(\("content-digest"\);created=(\d{1,12})(?:;expires=(\d{1,12}))?` +
	`;keyid=` + text + `;tag=` + text + `(?:;subject=` + text + `)?)$`)
var signed = regexp.MustCompile(`^sig=:([A-Za-z0-9+/]{86}==):$`)

// verify answers the terms that were signed, as canonical JSON.
func verify(received, product string, publicKeys map[string]string, machine, subject string) string {
	received = strings.NewReplacer("\r", "", "\n", "").Replace(received) // mail programs wrap lines
	if !strings.HasPrefix(strings.TrimSpace(received), "{") {
		line, _ := base64.RawURLEncoding.DecodeString(strings.Join(strings.Fields(received), ""))
		received = string(line)
	}
	terms := parseJSON(received)
	found := member.FindStringSubmatch(fmt.Sprint(terms["signature-input"]))
	signature := signed.FindStringSubmatch(fmt.Sprint(terms["signature"]))
	demand(found != nil && signature != nil, "signature_malformed")
	delete(terms, "signature-input")
	delete(terms, "signature")
	demand(found[5] == strconv.Quote("cs1-license:"+product), "tag_mismatch")
	demand(subject == "" || found[6] == strconv.Quote(subject), "subject_mismatch")
	created, _ := strconv.ParseInt(found[2], 10, 64)
	expires, forever := strconv.ParseInt(found[3], 10, 64)
	demand(created <= time.Now().Unix()+300, "created_in_future")
	demand(forever != nil || time.Now().Unix() <= expires, "expired")
	keyid, _ := strconv.Unquote(found[4])
	key, err := base64.RawURLEncoding.DecodeString(publicKeys[keyid])
	demand(err == nil && len(key) == ed25519.PublicKeySize, "key_unknown")
	lines := fmt.Sprintf("\"content-digest\": %s\n", digest([]byte(canonicalJSON(terms))))
	bytes, _ := base64.StdEncoding.Strict().DecodeString(signature[1])
	demand(ed25519.Verify(key, []byte(lines+`"@signature-params": `+found[1]), bytes), "signature_mismatch")
	critical, _ := terms["critical"].([]any)
	for _, name := range critical { // and the members of your own that this program obeys
		demand(name == "features" || name == "machine", "critical_unknown")
	}
	demand(terms["machine"] == nil || terms["machine"] == machine, "machine_mismatch")
	return canonicalJSON(terms)
}

func main() {
	received, _ := io.ReadAll(os.Stdin)
	args := append(os.Args, "", "")
	fmt.Print(verify(string(received), args[1], map[string]string{args[2]: args[3]}, args[4], args[5]))
}
