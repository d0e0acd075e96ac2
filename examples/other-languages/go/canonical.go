// The text that is signed for a payload or a license: form fields, or JSON as in RFC 8785.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"
)

// percent keeps RFC 3986's unreserved characters.
func percent(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// readForm reads urlencoded UTF-8, each name once.
func readForm(text string) (url.Values, error) {
	fields, err := url.ParseQuery(text)
	for name, values := range fields {
		if len(values) != 1 || !utf8.ValidString(name+values[0]) {
			return nil, errors.New("a field is there twice, or not UTF-8")
		}
	}
	return fields, err
}

// canonicalForm is the wire format, "Form": percent-encoded pairs, sorted by the encoded name.
func canonicalForm(fields url.Values) string {
	encoded := map[string]string{}
	names := []string{}
	for name := range fields {
		encoded[percent(name)] = percent(fields.Get(name))
		names = append(names, percent(name))
	}
	sort.Strings(names)

	pairs := []string{}
	for _, name := range names {
		pairs = append(pairs, name+"="+encoded[name])
	}
	return strings.Join(pairs, "&")
}

// exact puts back what encoding/json escapes, and RFC 8785 does not, or otherwise.
var exact = strings.NewReplacer(
	`\\`, `\\`,
	`\u0008`, `\b`,
	`\u000c`, `\f`,
	`\u2028`, "\u2028",
	`\u2029`, "\u2029",
)

// canonicalJSON is RFC 8785, but for names that differ in U+E000 to U+FFFF here and emoji there: Go
// sorts by bytes, section 3.2.3 by UTF-16 units.
func canonicalJSON(data map[string]any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(data); err != nil {
		panic(err) // what was parsed can always be written
	}
	return exact.Replace(strings.TrimSuffix(text.String(), "\n"))
}

var quoted = regexp.MustCompile(`(?s)"(?:[^"\\]|\\.)*"`)

// countMembers counts the colons outside of texts.
func countMembers(text string) int {
	return strings.Count(quoted.ReplaceAllString(text, ""), ":")
}

// readJSON reads an object, each name once.
func readJSON(text string) (map[string]any, error) {
	data := map[string]any{}
	if err := json.Unmarshal([]byte(text), &data); err != nil || data == nil {
		return nil, errors.New("not an object")
	}
	// The parser keeps the last of two members with one name: then there are fewer than before.
	if countMembers(text) != countMembers(canonicalJSON(data)) {
		return nil, errors.New("a name is there twice")
	}
	return data, nil
}

// takeText takes a member that is a text out of an object; "" if it is not there, or no text.
func takeText(data map[string]any, name string) string {
	text, _ := data[name].(string)
	delete(data, name)
	return text
}
