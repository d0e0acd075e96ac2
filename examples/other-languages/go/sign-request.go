// Signs a request and sends it: sign-request METHOD URL [CONTENT-TYPE] < content
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"
)

// What no parser on the way changes: what is signed is what arrives.
var final = regexp.MustCompile(`^(?:[\w.~!$&()*+,;=:@/?-]|%[0-9A-Fa-f]{2})+$`)

// sign sets the fields. The secret is a text's UTF-8 bytes; the keyid is printable ASCII, which %+q quotes rightly.
func sign(request *http.Request, kind string, content, secret []byte, keyid string) {
	port := map[string]string{"https": ":443", "http": ":80"}[request.URL.Scheme]
	authority := strings.TrimSuffix(strings.ToLower(request.URL.Host), port)
	path := "/" + strings.TrimPrefix(request.URL.EscapedPath(), "/")
	names := `"@method" "@authority" "@path" "@query"`
	base := fmt.Sprintf("\"@method\": %s\n\"@authority\": %s\n", request.Method, authority)
	base += fmt.Sprintf("\"@path\": %s\n\"@query\": ?%s\n", path, request.URL.RawQuery)
	if hash := sha256.Sum256(content); len(content) > 0 {
		digest := "sha-256=:" + base64.StdEncoding.EncodeToString(hash[:]) + ":"
		request.Header.Set("Content-Type", kind)
		request.Header.Set("Content-Digest", digest)
		names += ` "content-type" "content-digest"`
		base += fmt.Sprintf("\"content-type\": %s\n\"content-digest\": %s\n", kind, digest)
	}
	params := fmt.Sprintf(`(%s);created=%d;nonce="%s";keyid=%+q`, names, time.Now().Unix(), nonce(), keyid)
	mac := hmac.New(sha256.New, secret)
	io.WriteString(mac, base+`"@signature-params": `+params)
	request.Header.Set("Signature-Input", "sig="+params)
	request.Header.Set("Signature", "sig=:"+base64.StdEncoding.EncodeToString(mac.Sum(nil))+":")
}

func nonce() string {
	bytes := make([]byte, 16)
	if _, err := rand.Read(bytes); err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(bytes)
}

func main() {
	content, _ := io.ReadAll(os.Stdin)
	request, err := http.NewRequest(os.Args[1], os.Args[2], bytes.NewReader(content))
	if err != nil || !final.MatchString(os.Args[2]) {
		panic("not a percent-encoded URL")
	}
	kind := append(os.Args, "application/json")[3]
	sign(request, kind, content, []byte(os.Getenv("COUNTERSIGN_SECRET")), os.Getenv("COUNTERSIGN_KEYID"))
	answer, err := http.DefaultTransport.RoundTrip(request) // follows no redirect: a signature is for one URL
	if err != nil || answer.StatusCode/100 != 2 {
		panic(fmt.Sprint("not accepted: ", answer, err))
	}
	io.Copy(os.Stdout, answer.Body)
}
