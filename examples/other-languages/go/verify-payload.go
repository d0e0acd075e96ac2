// Verifies a payload that a browser relayed: verify-payload text|form TAG AUDIENCE [SUBJECT] < urlencoded fields
//
// Prints what was signed: the opaque text, or the form fields. The subject is the user whose session it arrived in.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
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

// percent keeps RFC 3986's unreserved characters.
func percent(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// canonical is the text that was signed.
func canonical(kind string, fields url.Values) string {
	names := []string{}
	for name, values := range fields {
		demand(len(values) == 1 && utf8.ValidString(name+values[0]), "payload_malformed")
		names = append(names, name)
	}
	if kind == "text" {
		demand(len(fields) == 1 && fields["payload"] != nil, "payload_malformed")
		return fields.Get("payload")
	}
	demand(len(fields) > 0, "payload_malformed")
	sort.Slice(names, func(i, j int) bool { return percent(names[i]) < percent(names[j]) })
	for i, name := range names {
		names[i] = percent(name) + "=" + percent(fields.Get(name))
	}
	return strings.Join(names, "&")
}

// verify answers the text that was signed, and nothing else: use this, not what was received.
func verify(received, kind, tag, audience string, subject ...string) string {
	fields, err := url.ParseQuery(received)
	found := member.FindStringSubmatch(fields.Get("signature-input"))
	demand(err == nil && found != nil && len(fields["signature-input"]) == 1, "signature_malformed")
	demand(len(fields["signature"]) == 1, "signature_malformed")
	signature := fields.Get("signature")
	fields.Del("signature-input")
	fields.Del("signature")
	content := canonical(kind, fields)
	demand(found[6] == strconv.Quote("cs1-"+kind+":"+tag), "tag_mismatch")
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
	fmt.Print(verify(string(received), os.Args[1], os.Args[2], os.Args[3], os.Args[4:]...))
}
