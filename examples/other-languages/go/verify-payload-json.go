// Verifies a JSON payload that a browser relayed: verify-payload-json TAG AUDIENCE [SUBJECT] < JSON text
//
// Prints what was signed, as canonical JSON. The subject is the user whose session it arrived in.
package main

import (
	"bytes"
	"crypto/hmac"
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
	`;nonce="([\w-]{1,128})";keyid=` + text + `;tag=` + text + `;audience=` + text + `(?:;subject=` + text + `)?)$`)
var secrets = map[string]string{os.Getenv("COUNTERSIGN_KEYID"): os.Getenv("COUNTERSIGN_SECRET")}

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

// verify answers the text that was signed, and nothing else: parse this, not what was received.
func verify(received, tag, audience string, subject ...string) string {
	data := map[string]any{}
	demand(json.Unmarshal([]byte(received), &data) == nil, "payload_malformed")
	demand(count(received) == count(canonical(data)), "payload_malformed")
	input, _ := data["signature-input"].(string)
	signature, _ := data["signature"].(string)
	found := member.FindStringSubmatch(input)
	demand(found != nil, "signature_malformed")
	delete(data, "signature-input")
	delete(data, "signature")
	content := canonical(data)
	demand(found[6] == strconv.Quote("cs1-json:"+tag), "tag_mismatch")
	demand(found[7] == strconv.Quote(audience), "audience_mismatch")
	demand(len(subject) == 0 || found[8] == strconv.Quote(subject[0]), "subject_mismatch")
	created, _ := strconv.ParseInt(found[2], 10, 64)
	expires, forever := strconv.ParseInt(found[3], 10, 64)
	now := time.Now().Unix()
	demand(created <= now+5, "created_in_future")
	demand(now <= created+300 && (forever != nil || now <= expires), "expired")
	keyid, _ := strconv.Unquote(found[5])
	secret, known := secrets[keyid]
	encode, hash := base64.StdEncoding.EncodeToString, sha256.Sum256([]byte(content))
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "\"content-digest\": sha-256=:%s:\n\"@signature-params\": %s", encode(hash[:]), found[1])
	demand(known && hmac.Equal([]byte("sig=:"+encode(mac.Sum(nil))+":"), []byte(signature)), "signature_mismatch")
	// Once for each nonce: here a folder that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
	nonce := fmt.Sprintf("%s/%x", os.Getenv("COUNTERSIGN_NONCES"), sha256.Sum256([]byte(keyid+"\n"+found[4])))
	demand(os.Mkdir(nonce, 0o700) == nil, "nonce_replayed")
	return content
}

func main() {
	received, _ := io.ReadAll(os.Stdin)
	fmt.Print(verify(string(received), os.Args[1], os.Args[2], os.Args[3:]...))
}
