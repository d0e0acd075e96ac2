// Signs a request and sends it: sign-request METHOD URL [CONTENT-TYPE] < content
//
// The URL must be percent-encoded already.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// signRequest sets the fields that the request gets.
func signRequest(request *http.Request, contentType string, content []byte) {
	keyid := structuredString(required("COUNTERSIGN_KEYID"))
	secret := required("COUNTERSIGN_SECRET")

	// What is covered, in the order of the wire format, "Components".
	url := request.URL
	names := `"@method" "@authority" "@path" "@query"`
	lines := []string{
		line("@method", request.Method),
		line("@authority", authorityOf(url.Scheme, url.Host)),
		line("@path", "/"+strings.TrimPrefix(url.EscapedPath(), "/")),
		line("@query", "?"+url.RawQuery),
	}
	if len(content) > 0 {
		// RFC 9530: the digest stands for the content, so that the signature covers it.
		digest := contentDigest(content)
		request.Header.Set("Content-Type", contentType)
		request.Header.Set("Content-Digest", digest)
		names += ` "content-type" "content-digest"`
		lines = append(lines, line("content-type", contentType), line("content-digest", digest))
	}

	// RFC 9421, section 2.3: the parameters of the signature.
	created := time.Now().Unix()
	params := fmt.Sprintf(`(%s);created=%d;nonce="%s";keyid=%s`, names, created, nonce(), keyid)

	signature := sign(signatureBase(lines, params), secret)
	request.Header.Set("Signature-Input", "sig="+params)
	request.Header.Set("Signature", "sig="+signature)
}

func main() {
	method, address := os.Args[1], os.Args[2]
	contentType := "application/json"
	if len(os.Args) > 3 {
		contentType = os.Args[3]
	}
	content, err := io.ReadAll(os.Stdin)
	if err != nil || !finalURL.MatchString(address) {
		fail("not a percent-encoded URL")
	}
	request, err := http.NewRequest(method, address, bytes.NewReader(content))
	if err != nil {
		fail(err.Error())
	}
	request.URL.RawQuery = defaultSpelling(request.URL.RawQuery)
	signRequest(request, contentType, content)

	// A transport follows no redirect: a signature is for one URL.
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		fail(err.Error())
	}
	io.Copy(os.Stdout, answer.Body)
	if answer.StatusCode/100 != 2 {
		fail(answer.Status)
	}
}
