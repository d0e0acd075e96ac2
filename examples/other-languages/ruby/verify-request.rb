# Verifies a request, here as a CGI program: a Rack application has the same names in its environment.
require 'json'
require 'openssl'

AUTHORITY = ENV.fetch('COUNTERSIGN_AUTHORITY') # who we are, as clients write it: never what Host says
KEYS = { ENV.fetch('COUNTERSIGN_KEYID') => ENV.fetch('COUNTERSIGN_SECRET') }.reject { |_, secret| secret.empty? }
PARAM = /;([a-z*][a-z0-9_.*-]*)=(0|[1-9]\d{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")/
MEMBER = /\A([a-z*][a-z0-9_.*-]*)=(\(("[a-z0-9@-]+"(?: "[a-z0-9@-]+")*)\)((?:#{PARAM})*))\z/

class Refused < StandardError; end

def demand(condition, code) = condition || raise(Refused, code)

# fields: lower-case names, lines of one name joined with ', '. Raises Refused unless all is well.
def verify(method, target, fields, content)
  demand(fields['signature-input'] && fields['signature'], 'signature_missing')
  _, label, params, list, rest = *demand(MEMBER.match(fields['signature-input']), 'signature_malformed')
  names = list.scan(/[^" ]+/)
  pairs = rest.scan(PARAM).map { |name, value| [name, JSON.parse(value)] }
  given = { 'expires' => 2**40, 'alg' => 'hmac-sha256', 'keyid' => '' }.merge(pairs.to_h)
  demand(pairs.to_h.size == pairs.size && names.uniq == names, 'signature_malformed')
  demand(!given.key?('tag'), 'tag_mismatch')
  needed = %w[@method @authority @path @query] + (%w[content-type content-encoding] & fields.keys)
  demand((needed + (content.empty? ? [] : ['content-digest']) - names).empty?, 'component_uncovered')
  created, expires, nonce, keyid = given.values_at('created', 'expires', 'nonce', 'keyid')
  demand(created.is_a?(Integer) && expires.is_a?(Integer), 'created_missing')
  demand(created <= Time.now.to_i + 5, 'created_in_future')
  demand(Time.now.to_i <= [created + 300, expires].min, 'expired')
  path, _, query = target.partition('?')
  known = fields.merge('@method' => method, '@authority' => AUTHORITY, '@path' => path, '@query' => "?#{query}")
  demand(names.all? { known[_1]&.match?(/\A[\t -~]*\z/) }, 'component_unresolvable')
  base = names.map { %("#{_1}": #{known[_1]}\n) }.join << %("@signature-params": #{params})
  mac = [OpenSSL::HMAC.digest('SHA256', KEYS.fetch(keyid, '?'), base)].pack('m0')
  same = OpenSSL.secure_compare("#{label}=:#{mac}:", fields['signature']) && KEYS.key?(keyid)
  demand(same && given['alg'] == 'hmac-sha256', 'signature_mismatch')
  digest = "sha-256=:#{[OpenSSL::Digest.digest('SHA256', content)].pack('m0')}:"
  demand(!names.include?('content-digest') || fields['content-digest'] == digest, 'digest_mismatch')
  demand(nonce.is_a?(String) && nonce.length.between?(1, 128), 'nonce_missing')
  # Once for each nonce: here a folder that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
  name = OpenSSL::Digest.hexdigest('SHA256', "#{keyid}\n#{nonce}")
  Dir.mkdir(File.join(ENV.fetch('COUNTERSIGN_NONCES'), name)) rescue demand(false, 'nonce_replayed')
end

content = $stdin.binmode.read(1 << 20).to_s # at most 1 MiB: what is cut off fits no digest
field = /\A(?:HTTP_(?!CONTENT_TYPE\z)|(?=CONTENT_TYPE\z))(.+)/
fields = ENV.filter_map { |name, value| [$1.downcase.tr('_', '-'), value] if name =~ field }
begin
  verify(ENV['REQUEST_METHOD'], ENV['REQUEST_URI'], fields.to_h, content)
  $stdout.binmode.print("Status: 200\r\nContent-Type: application/octet-stream\r\n\r\n", content) # your application
rescue Refused => e
  problem = { type: "urn:countersign:problem:#{e.message}", status: 401, code: e.message, now: Time.now.to_i }
  print(%(Status: 401\r\nWWW-Authenticate: Signature error="#{e.message}"\r\n))
  print("Content-Type: application/problem+json\r\n\r\n", problem.to_json)
end
