// The text that is signed for a payload or a license: form fields by their encoded names, or JSON as in RFC 8785.
package main

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"
)

// percent keeps RFC 3986's unreserved characters.
func percent(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// canonicalForm takes no name twice, and UTF-8 only.
func canonicalForm(fields url.Values) string {
	encoded, names := map[string]string{}, []string{}
	for name, values := range fields {
		demand(len(values) == 1 && utf8.ValidString(name+values[0]), "payload_malformed")
		encoded[percent(name)] = percent(values[0])
		names = append(names, percent(name))
	}
	sort.Strings(names)
	for i, name := range names {
		names[i] = name + "=" + encoded[name]
	}
	return strings.Join(names, "&")
}

// The characters that encoding/json escapes in another way than RFC 8785.
var exact = strings.NewReplacer(`\\`, `\\`, `\u0008`, `\b`, `\u000c`, `\f`, `\u2028`, "\u2028", `\u2029`, "\u2029")

// canonicalJSON is RFC 8785, unless names differ in U+E000 to U+FFFF here and emoji there: Go sorts those otherwise.
func canonicalJSON(data map[string]any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	demand(encoder.Encode(data) == nil, "payload_malformed")
	return exact.Replace(strings.TrimSuffix(text.String(), "\n"))
}

var quoted = regexp.MustCompile(`(?s)"(?:[^"\\]|\\.)*"`)

// count is how many members have a name: fewer after parsing means that one occurred twice.
func count(text string) int { return strings.Count(quoted.ReplaceAllString(text, ""), ":") }

// parseJSON reads an object.
func parseJSON(text string) map[string]any {
	data := map[string]any{}
	demand(json.Unmarshal([]byte(text), &data) == nil, "payload_malformed")
	demand(data != nil && count(text) == count(canonicalJSON(data)), "payload_malformed")
	return data
}
