// What the programs have in common: each runs with this file beside it, as in go run sign-request.go countersign.go
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"time"
)

// text is a string among the parameters: printable ASCII, as strconv.Quote and %+q write it.
const text = `("(?:[ !#-\[\]-~]|\\["\\])*")`

var keyid, secret = os.Getenv("COUNTERSIGN_KEYID"), os.Getenv("COUNTERSIGN_SECRET")
var secrets = map[string]string{keyid: secret} // of everybody whose signature is taken

func demand(condition bool, code string) {
	if !condition {
		panic("refused: " + code)
	}
}

// digest is the Content-Digest of a content.
func digest(content []byte) string {
	hash := sha256.Sum256(content)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(hash[:]) + ":"
}

// sign answers the signature of what is covered, a line each, and its parameters. A text secret is its UTF-8 bytes.
func sign(lines, params, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s\"@signature-params\": %s", lines, params)
	return "sig=:" + base64.StdEncoding.EncodeToString(mac.Sum(nil)) + ":"
}

// refusal answers why a signature is refused, or "": then it counts, and never again. What its member says is in found:
// the parameters, what they cover, created, expires, nonce and keyid.
func refusal(lines, signature string, found []string) string {
	now := time.Now().Unix()
	created, _ := strconv.ParseInt(found[3], 10, 64)
	expires, forever := strconv.ParseInt(found[4], 10, 64)
	who, _ := strconv.Unquote(found[6])
	// Once for each nonce: here a folder that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
	once := fmt.Sprintf("%s/%x", os.Getenv("COUNTERSIGN_NONCES"), sha256.Sum256([]byte(who+"\n"+found[5])))
	switch {
	case created > now+5:
		return "created_in_future"
	case now > created+300 || forever == nil && now > expires:
		return "expired"
	case secrets[who] == "" || !hmac.Equal([]byte(sign(lines, found[1], secrets[who])), []byte(signature)):
		return "signature_mismatch"
	case os.Mkdir(once, 0o700) != nil:
		return "nonce_replayed"
	}
	return ""
}
