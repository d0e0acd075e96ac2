// Signs a URL that somebody else will open: sign-url METHOD URL EXPIRES-IN [once]
//
// METHOD is what the opener will send: GET (which serves HEAD too) or PUT. EXPIRES-IN: in seconds.
// "once" makes the URL count one time only. The URL must be percent-encoded, and have no fragment.
package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// readURL refuses a URL that has a signature already.
func readURL(address string) (*url.URL, error) {
	if !finalURL.MatchString(address) {
		return nil, errors.New("not a percent-encoded URL without fragment")
	}
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	for name := range parsed.Query() {
		name = strings.ToLower(name)
		if name == "signature-input" || name == "signature" {
			return nil, errors.New("the URL has a signature")
		}
	}
	return parsed, nil
}

// base64URL is RFC 4648, section 5, without padding.
func base64URL(text string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// signURL is the URL with two more parameters: wire format, "Query carrier".
func signURL(method, address string, expiresIn int64, once bool) (string, error) {
	parsed, err := readURL(address)
	if err != nil {
		return "", err
	}

	query := formSpelling(parsed.RawQuery)

	// The parameters (RFC 9421, section 2.3). A URL must expire, since URLs are kept and forwarded.
	created := time.Now().Unix()
	params := `("@method" "@authority" "@path" "@query")`
	params += fmt.Sprintf(`;created=%d;expires=%d`, created, created+expiresIn)
	if once {
		params += fmt.Sprintf(`;nonce="%s"`, nonce())
	}
	params += `;keyid=` + structuredString(required("COUNTERSIGN_KEYID")) + `;tag="cs1-url"`

	lines := []string{
		line("@method", method),
		line("@authority", authorityOf(parsed.Scheme, parsed.Host)),
		line("@path", "/"+strings.TrimPrefix(parsed.EscapedPath(), "/")),
		line("@query", "?"+query),
	}
	signature := sign(signatureBase(lines, params), required("COUNTERSIGN_SECRET"))

	if query != "" {
		query += "&"
	}
	query += "signature-input=" + base64URL("sig="+params)
	query += "&signature=" + base64URL("sig="+signature)
	bare, _, _ := strings.Cut(address, "?")
	return bare + "?" + query, nil
}

func main() {
	method, address := os.Args[1], os.Args[2]
	expiresIn, err := strconv.ParseInt(os.Args[3], 10, 64)
	if err != nil {
		fail("EXPIRES-IN is in seconds")
	}
	signed, err := signURL(method, address, expiresIn, len(os.Args) > 4)
	if err != nil {
		fail(err.Error())
	}
	fmt.Println(signed)
}
