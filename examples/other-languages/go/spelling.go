// How a query is written, so that no framework on the way changes what was signed: wire format,
// "Spellings of a query".
package main

import (
	"math"
	"net/url"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// respelled is an escape, or what gets one.
var respelled = regexp.MustCompile(`%[0-9A-Fa-f]{2}|[^A-Za-z0-9_.~+-]`)

// spell writes escapes one by one: none where none is needed, in upper case where one is.
func spell(text string) string {
	return respelled.ReplaceAllStringFunc(text, func(found string) string {
		character, _ := url.PathUnescape(found)
		return strings.ReplaceAll(url.QueryEscape(character), "+", "%20")
	})
}

// defaultSpelling is that of a request: every pair stays what it is.
func defaultSpelling(query string) string {
	pairs := strings.Split(query, "&")
	for index, pair := range pairs {
		name, value, isPair := strings.Cut(pair, "=")
		pairs[index] = spell(name)
		if isPair {
			pairs[index] += "=" + spell(value)
		}
	}
	return strings.Join(pairs, "&")
}

// order puts names that are integers first, others stay as they are met.
func order(name string) uint64 {
	number, err := strconv.ParseUint(name, 10, 32)
	if err != nil || strconv.FormatUint(number, 10) != name {
		return math.MaxUint32
	}
	return number
}

// formSpelling is that of a signed URL: as a framework has it that reads a form and writes it anew.
func formSpelling(query string) string {
	groups := map[string][]string{}
	names := []string{}
	for _, pair := range strings.Split(strings.ReplaceAll(query, "+", "%20"), "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name = spell(name)
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], name+"="+spell(value))
	}
	sort.SliceStable(names, func(i, j int) bool { return order(names[i]) < order(names[j]) })

	pairs := []string{}
	for _, name := range names {
		pairs = append(pairs, groups[name]...)
	}
	return strings.Join(pairs, "&")
}
