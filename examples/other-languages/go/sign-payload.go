// Signs a payload that the customer's browser relays: sign-payload text|form TAG AUDIENCE [SUBJECT]
//
// text: one opaque text on stdin; form: urlencoded fields. Prints urlencoded fields, to become hidden inputs.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"os"
	"sort"
	"strings"
	"time"
)

// percent keeps RFC 3986's unreserved characters.
func percent(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// canonical sorts fields by their encoded names.
func canonical(fields url.Values) string {
	encoded, pairs := map[string]string{}, []string{}
	for name, values := range fields {
		if len(values) != 1 || name == "signature-input" || name == "signature" {
			panic("a name occurs twice, or is of the signature: " + name)
		}
		encoded[percent(name)] = percent(values[0])
		pairs = append(pairs, percent(name))
	}
	sort.Strings(pairs)
	for i, name := range pairs {
		pairs[i] = name + "=" + encoded[name]
	}
	return strings.Join(pairs, "&")
}

// sign answers the two fields that stand beside the data. The texts in it are printable ASCII, which %+q quotes rightly.
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
	stdin, _ := io.ReadAll(os.Stdin)
	content, fields := string(stdin), url.Values{"payload": {string(stdin)}}
	if os.Args[1] == "form" {
		var err error
		if fields, err = url.ParseQuery(content); err != nil || len(fields) == 0 {
			panic("not urlencoded fields")
		}
		content = canonical(fields)
	}
	input, signature := sign(content, append([]string{"cs1-" + os.Args[1] + ":" + os.Args[2]}, os.Args[3:]...)...)
	fields.Set("signature-input", input)
	fields.Set("signature", signature)
	fmt.Print(fields.Encode())
}
