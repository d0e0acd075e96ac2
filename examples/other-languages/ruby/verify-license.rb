# Verifies a license, offline.
#
# ruby verify-license.rb PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license
#
# The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes.
# Prints the terms.
require_relative 'canonical'
require_relative 'verifier'

UNDERSTOOD = %w[features machine] # and the members of your own that this program obeys
FOR_EVER = 1 << 40
# What stands before the 32 bytes in a SubjectPublicKeyInfo (RFC 8410, section 4).
SPKI_PREFIX = ['302a300506032b6570032100'].pack('H*')

def decode_base64url(text)
  text.tr('-_', '+/').unpack1('m')
end

# The terms, their canonical text, and the two texts that stood beside them.
def read_license(received)
  demand(received.bytesize <= MAX_BYTES, 'payload_malformed')
  text = received.strip
  text = decode_base64url(text.gsub(/\s+/, '')).force_encoding('UTF-8') unless text.start_with?('{')
  # Mail programs wrap lines, also inside of texts.
  terms = read_json(text.gsub(/[\r\n]+/, ''))
  signature_input = terms.delete('signature-input').to_s
  signature = terms.delete('signature').to_s
  [terms, canonical_json(terms), signature_input, signature]
rescue ArgumentError, EncodingError, JSON::JSONError
  raise Refused, 'payload_malformed'
end

# RFC 8032, over the same base as every signature.
def check_ed25519(base, label, signature, public_key)
  member = signature.match(%r{\A#{Regexp.escape(label)}=:([A-Za-z0-9+/]{86}==):\z})
  demand(member, 'signature_malformed')
  key = OpenSSL::PKey.read(SPKI_PREFIX + decode_base64url(public_key))
  demand(key.verify(nil, member[1].unpack1('m0'), base), 'signature_mismatch')
end

# The terms that were signed, as canonical JSON. Machine and subject only where they matter.
def verify(received, product, public_keys, machine = nil, subject = nil)
  terms, content, signature_input, signature = read_license(received)
  signed = SignatureInput.new(signature_input)

  parameters = signed.parameters
  demand(signed.names == ['content-digest'], 'signature_malformed')
  demand(parameters['tag'] == "cs1-license:#{product}", 'tag_mismatch')
  demand(subject.nil? || parameters['subject'] == subject, 'subject_mismatch')
  # It counts until it expires. The clocks of customers are less exact.
  check_times(parameters, max_age: FOR_EVER, future_skew: 300)

  public_key = public_keys[parameters['keyid']]
  algorithm = parameters.fetch('alg', 'ed25519')
  demand(public_key && algorithm == 'ed25519', 'key_unknown')
  base = signature_base({ 'content-digest' => content_digest(content) }, signed)
  check_ed25519(base, signed.label, signature, public_key)

  demand((terms.fetch('critical', []) - UNDERSTOOD).empty?, 'critical_unknown')
  demand(terms.fetch('machine', machine) == machine, 'machine_mismatch')
  content
end

product, keyid, public_key, *rest = ARGV
print verify(read_input, product, { keyid => public_key }, *rest)
