// Reads a list of queries and writes what Go decodes of each; null for one that it refuses.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
)

func main() {
	var queries []string
	if err := json.NewDecoder(os.Stdin).Decode(&queries); err != nil {
		panic(err)
	}
	decoded := make([]any, len(queries))
	for index, query := range queries {
		// Maps are printed in the order of their keys.
		if values, err := url.ParseQuery(query); err == nil {
			decoded[index] = hex.EncodeToString([]byte(fmt.Sprintf("%q", values)))
		}
	}
	json.NewEncoder(os.Stdout).Encode(decoded)
}
