// What the programs that verify have in common.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"time"
)

// maxBytes of content: 1 MiB.
const maxBytes = 1 << 20

var plainText = regexp.MustCompile(`^[\t -~]*$`)

// checkPurpose wants a signature of a payload or a license, with this tag, and about this subject
// unless nobody is given.
func (signed signatureInput) checkPurpose(tag string, subject ...string) error {
	switch {
	case len(signed.names) != 1 || !signed.covers["content-digest"]:
		return refusal("signature_malformed")
	case signed.text("tag") != tag:
		return refusal("tag_mismatch")
	case len(subject) > 0 && signed.text("subject") != subject[0]:
		return refusal("subject_mismatch")
	}
	return nil
}

// checkTimes is the wire format, "Times", in seconds. At expires it still counts, a second later no
// more.
func (signed signatureInput) checkTimes(maxAge, futureSkew int64) error {
	now := time.Now().Unix()
	created, err := strconv.ParseInt(signed.parameters["created"], 10, 64)
	expires, never := strconv.ParseInt(signed.parameters["expires"], 10, 64)
	switch {
	case err != nil || never != nil && signed.parameters["expires"] != "":
		return refusal("created_missing")
	case created > now+futureSkew:
		return refusal("created_in_future")
	case now > created+maxAge || never == nil && now > expires:
		return refusal("expired")
	}
	return nil
}

// base is RFC 9421, section 2.5: a line for each covered component, the parameters last.
func (signed signatureInput) base(values map[string]string) (string, error) {
	lines := []string{}
	for _, name := range signed.names {
		value, there := values[name]
		if !there || !plainText.MatchString(value) {
			return "", refusal("component_unresolvable")
		}
		lines = append(lines, line(name, value))
	}
	return signatureBase(lines, signed.params), nil
}

// check wants a signature that was made just now, with the secret of its keyid. It compares in
// constant time, and also for a key that nobody has.
func (signed signatureInput) check(values map[string]string, signature string) error {
	if err := signed.checkTimes(300, 5); err != nil {
		return err
	}
	base, err := signed.base(values)
	if err != nil {
		return err
	}
	secret := secretOf(signed.text("keyid"))
	expected := signed.label + "=" + sign(base, secret)
	same := hmac.Equal([]byte(expected), []byte(signature))
	algorithm, given := signed.parameters["alg"]
	if !same || secret == "" || given && algorithm != `"hmac-sha256"` {
		return refusal("signature_mismatch")
	}
	return nil
}

// consume takes each nonce once: here a new folder, elsewhere a row under a unique index, for 310
// seconds. Do this last, when all else is well.
func (signed signatureInput) consume() error {
	nonce := signed.text("nonce")
	if nonce == "" || len(nonce) > 128 {
		return refusal("nonce_missing")
	}
	name := sha256.Sum256([]byte(signed.text("keyid") + "\n" + nonce))
	folder := fmt.Sprintf("%s/%x", os.Getenv("COUNTERSIGN_NONCES"), name)
	if os.Mkdir(folder, 0o700) != nil {
		return refusal("nonce_replayed")
	}
	return nil
}
