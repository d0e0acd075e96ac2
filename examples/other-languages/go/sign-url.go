// Signs a URL that somebody else will open: sign-url METHOD URL EXPIRES-IN [once]
//
// METHOD is what the opener will send: GET (which serves HEAD too) or PUT. `once` makes the URL count one time only.
package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What no parser on the way changes, without a fragment: what is signed is what is sent.
var final = regexp.MustCompile(`^(?:[\w.~!$&()*+,;=:@/?-]|%[0-9A-Fa-f]{2})+$`)

func signURL(method, address string, expiresIn int64, once bool) string {
	parsed, err := url.Parse(address)
	demand(err == nil && final.MatchString(address), "not a percent-encoded URL without fragment")
	for name := range parsed.Query() {
		name = strings.ToLower(name)
		demand(name != "signature-input" && name != "signature", "the URL has a signature")
	}
	nonce, created := make([]byte, 16), time.Now().Unix()
	_, err = rand.Read(nonce)
	demand(err == nil, "no random bytes")
	params := fmt.Sprintf(`("@method" "@authority" "@path" "@query");created=%d;expires=%d`, created, created+expiresIn)
	if once {
		params += fmt.Sprintf(`;nonce="%s"`, base64.RawURLEncoding.EncodeToString(nonce))
	}
	params += fmt.Sprintf(`;keyid=%+q;tag="cs1-url"`, keyid)
	port := map[string]string{"https": ":443", "http": ":80"}[parsed.Scheme]
	path := "/" + strings.TrimPrefix(parsed.EscapedPath(), "/")
	host := strings.TrimSuffix(strings.ToLower(parsed.Host), port)
	lines := fmt.Sprintf("\"@method\": %s\n\"@authority\": %s\n", method, host)
	lines += fmt.Sprintf("\"@path\": %s\n\"@query\": ?%s\n", path, parsed.RawQuery)
	separator := "&"
	if parsed.RawQuery == "" {
		separator = strings.Repeat("?", 1-strings.Count(address, "?"))
	}
	signature := sign(lines, params, secret)
	pair := "signature-input=" + url.QueryEscape("sig="+params) + "&signature=" + url.QueryEscape(signature)
	return address + separator + strings.ReplaceAll(pair, "+", "%20") // RFC 3986's unreserved characters only
}

func main() {
	expiresIn, err := strconv.ParseInt(os.Args[3], 10, 64)
	demand(err == nil, "EXPIRES-IN is in seconds")
	fmt.Println(signURL(os.Args[1], os.Args[2], expiresIn, len(os.Args) > 4))
}
