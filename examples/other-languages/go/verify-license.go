// Verifies a license, offline: verify-license PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license
//
// The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes. Prints the terms.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const text = `("(?:[ !#-\[\]-~]|\\["\\])*")`

// What countersign signs, as it writes it; nothing else is taken.
var member = regexp.MustCompile(`^sig=(\("content-digest"\);created=(\d{1,12})(?:;expires=(\d{1,12}))?` +
	`;keyid=` + text + `;tag=` + text + `(?:;subject=` + text + `)?)$`)
var signed = regexp.MustCompile(`^sig=:([A-Za-z0-9+/]{86}==):$`)

func demand(condition bool, code string) {
	if !condition {
		panic("refused: " + code)
	}
}

// The characters that encoding/json escapes in another way than RFC 8785.
var exact = strings.NewReplacer(`\\`, `\\`, `\u0008`, `\b`, `\u000c`, `\f`, `\u2028`, "\u2028", `\u2029`, "\u2029")

// canonical is RFC 8785, as long as no names differ in U+E000 to U+FFFF here and emoji there: Go sorts those otherwise.
func canonical(data map[string]any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	demand(encoder.Encode(data) == nil, "payload_malformed")
	return exact.Replace(strings.TrimSuffix(text.String(), "\n"))
}

var quoted = regexp.MustCompile(`(?s)"(?:[^"\\]|\\.)*"`)

// count is how many members have a name: fewer after parsing means that one occurred twice.
func count(text string) int { return strings.Count(quoted.ReplaceAllString(text, ""), ":") }

// verify answers the terms that were signed, as canonical JSON.
func verify(received, product string, publicKeys map[string]string, machine, subject string) string {
	received = strings.Join(strings.FieldsFunc(received, func(r rune) bool { return r == '\r' || r == '\n' }), "") // wrapped lines
	if !strings.HasPrefix(strings.TrimSpace(received), "{") {
		line, _ := base64.RawURLEncoding.DecodeString(strings.Join(strings.Fields(received), ""))
		received = string(line)
	}
	terms := map[string]any{}
	demand(json.Unmarshal([]byte(received), &terms) == nil, "payload_malformed")
	demand(count(received) == count(canonical(terms)), "payload_malformed")
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
	hash := sha256.Sum256([]byte(canonical(terms)))
	digest := base64.StdEncoding.EncodeToString(hash[:])
	base := fmt.Sprintf("\"content-digest\": sha-256=:%s:\n\"@signature-params\": %s", digest, found[1])
	bytes, _ := base64.StdEncoding.DecodeString(signature[1])
	demand(ed25519.Verify(key, []byte(base), bytes), "signature_mismatch")
	critical, _ := terms["critical"].([]any)
	for _, name := range critical { // and the members of your own that this program obeys
		demand(name == "features" || name == "machine", "critical_unknown")
	}
	demand(terms["machine"] == nil || terms["machine"] == machine, "machine_mismatch")
	return canonical(terms)
}

func main() {
	received, _ := io.ReadAll(os.Stdin)
	args := append(os.Args, "", "")
	fmt.Print(verify(string(received), args[1], map[string]string{args[2]: args[3]}, args[4], args[5]))
}
