# Verifies a license, offline: ruby verify-license.rb PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license
#
# The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes. Prints the terms.
require 'json'
require 'openssl'

PARAM = /;([a-z*][a-z0-9_.*-]*)=(0|[1-9]\d{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")/
MEMBER = /\A([a-z*][a-z0-9_.*-]*)=(\("content-digest"\)((?:#{PARAM})*))\z/
UNDERSTOOD = %w[features machine] # and the members of your own that this program obeys

def demand(condition, code) = condition || raise("refused: #{code}")

# A JSON object in which no name occurs twice.
class Members < Hash
  def []=(name, value)
    demand(!key?(name) && name != '__proto__', 'payload_malformed') && super
  end
end

# RFC 8785 for texts, integers, true, false, nil, arrays and hashes; other numbers are refused.
def canonical(value)
  return "[#{value.map { canonical(_1) }.join(',')}]" if value.is_a?(Array)
  demand(!value.is_a?(Numeric) || value.is_a?(Integer) && value.abs < 2**53, 'payload_malformed')
  return value.to_json unless value.is_a?(Hash)
  members = value.sort_by { |name, _| name.encode('UTF-16BE') }
  "{#{members.map { |name, member| "#{name.to_json}:#{canonical(member)}" }.join(',')}}"
end

def base64url(text) = text.tr('-_', '+/').unpack1('m')

# The terms that were signed, as canonical JSON.
def verify(text, product, public_keys, machine = nil, subject = nil)
  text = base64url(text.gsub(/\s+/, '')).force_encoding('UTF-8') unless text.lstrip.start_with?('{')
  # Mail programs wrap lines.
  terms = JSON.parse(text.gsub(/[\r\n]+/, ''), max_nesting: 64, object_class: Members) rescue raise('refused: payload_malformed')
  demand(terms.is_a?(Hash), 'payload_malformed')
  input, signature = %w[signature-input signature].map { terms.delete(_1).to_s }
  _, label, params, rest = *demand(MEMBER.match(input), 'signature_malformed')
  bytes = demand(signature[%r{\A#{Regexp.escape(label)}=:([A-Za-z0-9+/]{86}==):\z}, 1], 'signature_malformed').unpack1('m0')
  pairs = rest.scan(PARAM).map { |name, value| [name, JSON.parse(value)] }
  demand(pairs.to_h.size == pairs.size, 'signature_malformed')
  given = { 'expires' => 2**40, 'alg' => 'ed25519' }.merge(pairs.to_h)
  demand(given['tag'] == "cs1-license:#{product}", 'tag_mismatch')
  demand(subject.nil? || given['subject'] == subject, 'subject_mismatch')
  created, expires, keyid = given.values_at('created', 'expires', 'keyid')
  demand(created.is_a?(Integer) && expires.is_a?(Integer), 'created_missing')
  demand(created <= Time.now.to_i + 300, 'created_in_future')
  demand(Time.now.to_i <= expires, 'expired')
  demand(public_keys.key?(keyid) && given['alg'] == 'ed25519', 'key_unknown')
  digest = [OpenSSL::Digest.digest('SHA256', canonical(terms))].pack('m0')
  base = %("content-digest": sha-256=:#{digest}:\n"@signature-params": #{params})
  key = OpenSSL::PKey.read(['302a300506032b6570032100'].pack('H*') << base64url(public_keys[keyid]))
  demand(key.verify(nil, bytes, base), 'signature_mismatch')
  demand((terms.fetch('critical', []) - UNDERSTOOD).empty?, 'critical_unknown')
  demand(terms.fetch('machine', machine) == machine, 'machine_mismatch')
  canonical(terms)
end

print verify($stdin.read, ARGV[0], { ARGV[1] => ARGV[2] }, *ARGV[3..])
