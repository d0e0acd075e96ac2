# Verifies a payload that a browser relayed: ruby verify-payload.rb text|form TAG AUDIENCE [SUBJECT] < urlencoded fields
#
# Prints what was signed: the opaque text, or the form fields. The subject is the user whose session it arrived in.
require 'json'
require 'openssl'
require 'uri'

KEYS = { ENV.fetch('COUNTERSIGN_KEYID') => ENV.fetch('COUNTERSIGN_SECRET') }.reject { |_, secret| secret.empty? }
PARAM = /;([a-z*][a-z0-9_.*-]*)=(0|[1-9]\d{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")/
MEMBER = /\A([a-z*][a-z0-9_.*-]*)=(\("content-digest"\)((?:#{PARAM})*))\z/

def demand(condition, code) = condition || raise("refused: #{code}")

def percent(text) = text.b.gsub(/[^A-Za-z0-9._~-]/n) { format('%%%02X', _1.ord) }

def canonical(kind, fields)
  demand(kind == 'text' ? fields.keys == ['payload'] : fields.any?, 'payload_malformed')
  return fields['payload'] if kind == 'text'
  fields.to_h { |name, value| [percent(name), percent(value)] }.sort.map { |pair| pair.join('=') }.join('&')
end

# The text that was signed, and nothing else: use this, not what was received.
def verify(received, kind, tag, audience, subject = nil)
  pairs = URI.decode_www_form(received)
  fields = pairs.to_h
  demand(fields.size == pairs.size && pairs.flatten.all?(&:valid_encoding?), 'payload_malformed')
  input, signature = %w[signature-input signature].map { fields.delete(_1).to_s }
  _, label, params, rest = *demand(MEMBER.match(input), 'signature_malformed')
  content = canonical(kind, fields)
  pairs = rest.scan(PARAM).map { |name, value| [name, JSON.parse(value)] }
  demand(pairs.to_h.size == pairs.size, 'signature_malformed')
  given = { 'expires' => 2**40, 'alg' => 'hmac-sha256', 'keyid' => '' }.merge(pairs.to_h)
  demand(given['tag'] == "cs1-#{kind}:#{tag}", 'tag_mismatch')
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
