// Verifies requests: verify-request PORT serves on 127.0.0.1 and answers with the content that was signed.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What countersign signs by default, as it writes it; nothing else is taken.
var member = regexp.MustCompile(`^sig=(\(([^)]*)\);created=(\d{1,12})(?:;expires=(\d{1,12}))?;nonce="([\w-]{1,128})"` +
	`;keyid=("(?:[ !#-\[\]-~]|\\["\\])*"))$`)
var secrets = map[string]string{os.Getenv("COUNTERSIGN_KEYID"): os.Getenv("COUNTERSIGN_SECRET")}

// verify answers why a request is refused, or "".
func verify(r *http.Request, content []byte, now int) string {
	found := member.FindStringSubmatch(strings.Join(r.Header.Values("Signature-Input"), ", "))
	if found == nil {
		return "signature_malformed"
	}
	path, query, _ := strings.Cut(r.RequestURI, "?")
	authority := os.Getenv("COUNTERSIGN_AUTHORITY") // who we are, as clients write it: never what Host says
	base := fmt.Sprintf("\"@method\": %s\n\"@authority\": %s\n", r.Method, authority)
	base += fmt.Sprintf("\"@path\": %s\n\"@query\": ?%s\n", path, query)
	names := `"@method" "@authority" "@path" "@query"`
	for _, name := range []string{"content-type", "content-encoding", "content-digest"} {
		if lines := r.Header.Values(name); lines != nil || name == "content-digest" && len(content) > 0 {
			names += ` "` + name + `"`
			base += fmt.Sprintf("\"%s\": %s\n", name, strings.Join(lines, ", "))
		}
	}
	created, _ := strconv.Atoi(found[3])
	expires, forever := strconv.Atoi(found[4])
	keyid, _ := strconv.Unquote(found[6])
	secret, known := secrets[keyid]
	encode, hash, mac := base64.StdEncoding.EncodeToString, sha256.Sum256(content), hmac.New(sha256.New, []byte(secret))
	io.WriteString(mac, base+`"@signature-params": `+found[1])
	signature, digest := "sig=:"+encode(mac.Sum(nil))+":", "sha-256=:"+encode(hash[:])+":"
	nonce := fmt.Sprintf("%s/%x", os.Getenv("COUNTERSIGN_NONCES"), sha256.Sum256([]byte(keyid+"\n"+found[5])))
	switch {
	case found[2] != names:
		return "component_uncovered"
	case created > now+5:
		return "created_in_future"
	case now > created+300 || forever == nil && now > expires:
		return "expired"
	case !known || !hmac.Equal([]byte(signature), []byte(r.Header.Get("Signature"))):
		return "signature_mismatch"
	case strings.HasSuffix(names, `"content-digest"`) && r.Header.Get("Content-Digest") != digest:
		return "digest_mismatch"
	case os.Mkdir(nonce, 0o700) != nil: // once: here a folder that must be new, elsewhere a row under a unique index
		return "nonce_replayed"
	}
	return ""
}

func handle(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	code := "body_too_large"
	if err == nil {
		code = verify(r, content, int(time.Now().Unix()))
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
