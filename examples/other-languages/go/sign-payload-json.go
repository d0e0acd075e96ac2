// Signs a JSON payload that the customer's browser relays: sign-payload-json TAG AUDIENCE [SUBJECT] < a JSON object
//
// Prints the object with the two members of the signature.
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

func demand(condition bool, message string) {
	if !condition {
		panic(message)
	}
}

// The characters that encoding/json escapes in another way than RFC 8785.
var exact = strings.NewReplacer(`\\`, `\\`, `\u0008`, `\b`, `\u000c`, `\f`, `\u2028`, "\u2028", `\u2029`, "\u2029")

// canonical is RFC 8785, as long as no names differ in U+E000 to U+FFFF here and emoji there: Go sorts those otherwise.
func canonical(data map[string]any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	demand(encoder.Encode(data) == nil, "this is not JSON")
	return exact.Replace(strings.TrimSuffix(text.String(), "\n"))
}

// sign answers the two members that stand beside the data. The texts in it are printable ASCII, which %+q quotes rightly.
func sign(content string, address ...string) (input, signature string) {
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		panic(err)
	}
	encode, hash := base64.StdEncoding.EncodeToString, sha256.Sum256([]byte(content))
	params := fmt.Sprintf(`("content-digest");created=%d`, time.Now().Unix())
	params += fmt.Sprintf(`;nonce="%s"`, base64.RawURLEncoding.EncodeToString(nonce))
	params += fmt.Sprintf(`;keyid=%+q;tag=%+q;audience=%+q`, os.Getenv("COUNTERSIGN_KEYID"), address[0], address[1])
	if len(address) > 2 {
		params += fmt.Sprintf(`;subject=%+q`, address[2])
	}
	mac := hmac.New(sha256.New, []byte(os.Getenv("COUNTERSIGN_SECRET"))) // a text secret is its UTF-8 bytes
	fmt.Fprintf(mac, "\"content-digest\": sha-256=:%s:\n\"@signature-params\": %s", encode(hash[:]), params)
	return "sig=" + params, "sig=:" + encode(mac.Sum(nil)) + ":"
}

func main() {
	data := map[string]any{}
	stdin, _ := io.ReadAll(os.Stdin)
	demand(json.Unmarshal(stdin, &data) == nil, "not a JSON object")
	demand(data["signature-input"] == nil && data["signature"] == nil, "it has a signature")
	os.Args[1] = "cs1-json:" + os.Args[1]
	data["signature-input"], data["signature"] = sign(canonical(data), os.Args[1:]...)
	fmt.Print(canonical(data))
}
