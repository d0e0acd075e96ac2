package main

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
)

// contentMatches tells whether the bytes of a body are those that were signed.
func contentMatches(verifiedDigest string, body []byte) bool {
	short, long := sha256.Sum256(body), sha512.Sum512(body)
	return verifiedDigest == "sha-256=:"+base64.StdEncoding.EncodeToString(short[:])+":" ||
		verifiedDigest == "sha-512=:"+base64.StdEncoding.EncodeToString(long[:])+":"
}
