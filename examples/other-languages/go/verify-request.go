// Verifies requests: verify-request PORT serves on 127.0.0.1 and answers with the content that was signed.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"
)

// What countersign signs by default, as it writes it; nothing else is taken.
var member = regexp.MustCompile(`^sig=(\(([^)]*)\);created=(\d{1,12})(?:;expires=(\d{1,12}))?` +
	`;nonce="([\w-]{1,128})";keyid=` + text + `)$`)

// verify answers why a request is refused, or "".
func verify(r *http.Request, content []byte) string {
	found := member.FindStringSubmatch(strings.Join(r.Header.Values("Signature-Input"), ", "))
	path, query, _ := strings.Cut(r.RequestURI, "?")
	authority := os.Getenv("COUNTERSIGN_AUTHORITY") // who we are, as clients write it: never what Host says
	lines := fmt.Sprintf("\"@method\": %s\n\"@authority\": %s\n", r.Method, authority)
	lines += fmt.Sprintf("\"@path\": %s\n\"@query\": ?%s\n", path, query)
	names := `"@method" "@authority" "@path" "@query"`
	for _, name := range []string{"content-type", "content-encoding", "content-digest"} {
		if values := r.Header.Values(name); values != nil || name == "content-digest" && len(content) > 0 {
			names += ` "` + name + `"`
			lines += fmt.Sprintf("\"%s\": %s\n", name, strings.Join(values, ", "))
		}
	}
	switch {
	case found == nil:
		return "signature_malformed"
	case found[2] != names:
		return "component_uncovered"
	case strings.HasSuffix(names, `"content-digest"`) && r.Header.Get("Content-Digest") != digest(content):
		return "digest_mismatch"
	}
	return refusal(lines, r.Header.Get("Signature"), found)
}

func handle(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	code := "body_too_large"
	if err == nil {
		code = verify(r, content)
	}
	if code != "" {
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("WWW-Authenticate", `Signature error="`+code+`"`)
		w.WriteHeader(401)
		fmt.Fprintf(w, `{"type":"urn:countersign:problem:%s","status":401,"code":"%[1]s","now":%d}`, code, time.Now().Unix())
		return
	}
	w.Write(content) // your application goes here, with the content that was verified
}

func main() { panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(handle))) }
