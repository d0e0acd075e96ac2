// Signs a request and sends it: sign-request METHOD URL [CONTENT-TYPE] < content
package main

import (
	"bytes"
	"crypto/rand"
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

// signRequest sets the fields.
func signRequest(request *http.Request, kind string, content []byte) {
	port := map[string]string{"https": ":443", "http": ":80"}[request.URL.Scheme]
	authority := strings.TrimSuffix(strings.ToLower(request.URL.Host), port)
	path := "/" + strings.TrimPrefix(request.URL.EscapedPath(), "/")
	names := `"@method" "@authority" "@path" "@query"`
	lines := fmt.Sprintf("\"@method\": %s\n\"@authority\": %s\n", request.Method, authority)
	lines += fmt.Sprintf("\"@path\": %s\n\"@query\": ?%s\n", path, request.URL.RawQuery)
	if len(content) > 0 {
		request.Header.Set("Content-Type", kind)
		request.Header.Set("Content-Digest", digest(content))
		names += ` "content-type" "content-digest"`
		lines += fmt.Sprintf("\"content-type\": %s\n\"content-digest\": %s\n", kind, digest(content))
	}
	random := make([]byte, 16)
	_, err := rand.Read(random)
	demand(err == nil, "no random bytes")
	nonce := base64.RawURLEncoding.EncodeToString(random)
	params := fmt.Sprintf(`(%s);created=%d;nonce="%s";keyid=%+q`, names, time.Now().Unix(), nonce, keyid)
	request.Header.Set("Signature-Input", "sig="+params)
	request.Header.Set("Signature", sign(lines, params, secret))
}

func main() {
	content, _ := io.ReadAll(os.Stdin)
	request, err := http.NewRequest(os.Args[1], os.Args[2], bytes.NewReader(content))
	demand(err == nil && final.MatchString(os.Args[2]), "not a percent-encoded URL")
	signRequest(request, append(os.Args, "application/json")[3], content)
	answer, err := http.DefaultTransport.RoundTrip(request) // follows no redirect: a signature is for one URL
	if err != nil || answer.StatusCode/100 != 2 {
		panic(fmt.Sprint("not accepted: ", answer, err))
	}
	io.Copy(os.Stdout, answer.Body)
}
