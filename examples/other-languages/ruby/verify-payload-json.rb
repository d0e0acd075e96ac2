# Verifies a JSON payload that a browser relayed: ruby verify-payload-json.rb TAG AUDIENCE [SUBJECT] < JSON text
# Prints what was signed, as canonical JSON. The subject is the user whose session it arrived in.
require 'json'
require 'openssl'

KEYS = { ENV.fetch('COUNTERSIGN_KEYID') => ENV.fetch('COUNTERSIGN_SECRET') }.reject { |_, secret| secret.empty? }
PARAM = /;([a-z*][a-z0-9_.*-]*)=(0|[1-9]\d{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")/
MEMBER = /\A([a-z*][a-z0-9_.*-]*)=(\("content-digest"\)((?:#{PARAM})*))\z/

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

# The text that was signed, and nothing else: parse this, not what was received.
def verify(received, tag, audience, subject = nil)
  data = JSON.parse(received, max_nesting: 64, object_class: Members) rescue raise('refused: payload_malformed')
  demand(data.is_a?(Hash), 'payload_malformed')
  input, signature = %w[signature-input signature].map { data.delete(_1).to_s }
  _, label, params, rest = *demand(MEMBER.match(input), 'signature_malformed')
  content = canonical(data)
  pairs = rest.scan(PARAM).map { |name, value| [name, JSON.parse(value)] }
  demand(pairs.to_h.size == pairs.size, 'signature_malformed')
  given = { 'expires' => 2**40, 'alg' => 'hmac-sha256', 'keyid' => '' }.merge(pairs.to_h)
  demand(given['tag'] == "cs1-json:#{tag}", 'tag_mismatch')
  demand(given['audience'] == audience, 'audience_mismatch')
  demand(subject.nil? || given['subject'] == subject, 'subject_mismatch')
  created, expires, nonce, keyid = given.values_at('created', 'expires', 'nonce', 'keyid')
  demand(created.is_a?(Integer) && expires.is_a?(Integer), 'created_missing')
  demand(created <= Time.now.to_i + 5, 'created_in_future')
  demand(Time.now.to_i <= [created + 300, expires].min, 'expired')
  digest = [OpenSSL::Digest.digest('SHA256', content)].pack('m0')
  base = %("content-digest": sha-256=:#{digest}:\n"@signature-params": #{params})
  mac = [OpenSSL::HMAC.digest('SHA256', KEYS.fetch(keyid, '?'), base)].pack('m0')
  same = OpenSSL.secure_compare("#{label}=:#{mac}:", signature) && KEYS.key?(keyid)
  demand(same && given['alg'] == 'hmac-sha256', 'signature_mismatch')
  demand(nonce.is_a?(String) && nonce.length.between?(1, 128), 'nonce_missing')
  # Once for each nonce: here a folder that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
  name = OpenSSL::Digest.hexdigest('SHA256', "#{keyid}\n#{nonce}")
  Dir.mkdir(File.join(ENV.fetch('COUNTERSIGN_NONCES'), name)) rescue demand(false, 'nonce_replayed')
  content
end

print verify($stdin.read, *ARGV)
