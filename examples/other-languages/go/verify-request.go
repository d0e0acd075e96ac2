// Verifies requests: verify-request PORT serves on 127.0.0.1 and answers with what was signed.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// checkCoverage is the wire format, "Components": what every request must cover.
func checkCoverage(covers map[string]bool, fields http.Header, content []byte) error {
	needed := []string{"@method", "@authority", "@path", "@query"}
	for _, name := range []string{"content-type", "content-encoding"} {
		if fields.Values(name) != nil {
			needed = append(needed, name)
		}
	}
	if len(content) > 0 {
		needed = append(needed, "content-digest")
	}
	for _, name := range needed {
		if !covers[name] {
			return refusal("component_uncovered")
		}
	}
	return nil
}

// verify gives nil if all is well.
func verify(request *http.Request, content []byte) error {
	fields := request.Header
	if fields.Values("Signature-Input") == nil || fields.Values("Signature") == nil {
		return refusal("signature_missing")
	}
	signed, err := readSignatureInput(strings.Join(fields.Values("Signature-Input"), ", "))
	if err != nil {
		return err
	}
	if signed.parameters["tag"] != "" {
		return refusal("tag_mismatch")
	}
	if err := checkCoverage(signed.covers, fields, content); err != nil {
		return err
	}

	signature := strings.Join(fields.Values("Signature"), ", ")
	if err := signed.check(valuesOf(request), signature); err != nil {
		return err
	}

	// RFC 9530: the digest was signed, and this is the content that it was made of.
	digest := strings.Join(fields.Values("Content-Digest"), ", ")
	if signed.covers["content-digest"] && digest != contentDigest(content) {
		return refusal("digest_mismatch")
	}
	return signed.consume()
}

// valuesOf is what can be covered: the fields, and what is derived from the request (RFC 9421,
// section 2.2).
func valuesOf(request *http.Request) map[string]string {
	values := map[string]string{}
	for name := range request.Header {
		values[strings.ToLower(name)] = strings.Join(request.Header.Values(name), ", ")
	}
	path, query, _ := strings.Cut(request.RequestURI, "?")
	values["@method"] = request.Method
	values["@authority"] = os.Getenv("COUNTERSIGN_AUTHORITY") // who we are: never what Host says
	values["@path"] = path
	values["@query"] = "?" + query
	return values
}

// refuse is the wire format, "Answers": a problem document (RFC 9457).
func refuse(w http.ResponseWriter, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("WWW-Authenticate", `Signature error="`+code+`"`)
	w.WriteHeader(http.StatusUnauthorized)
	problem := `{"type":"urn:countersign:problem:%s","status":401,"code":"%[1]s","now":%d}`
	fmt.Fprintf(w, problem, code, time.Now().Unix())
}

func handle(w http.ResponseWriter, request *http.Request) {
	content, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxBytes))
	if err != nil {
		refuse(w, "body_too_large")
		return
	}
	if err := verify(request, content); err != nil {
		refuse(w, strings.TrimPrefix(err.Error(), "refused: "))
		return
	}
	w.Write(content) // your application goes here, with the content that was verified
}

func main() {
	address := "127.0.0.1:" + os.Args[1]
	fail(http.ListenAndServe(address, http.HandlerFunc(handle)).Error())
}
