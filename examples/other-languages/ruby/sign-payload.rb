# Signs a payload that the customer's browser relays: ruby sign-payload.rb text|form|json TAG AUDIENCE [SUBJECT]
#
# text: one opaque text on stdin; form: urlencoded fields; both print urlencoded fields, to become hidden inputs.
# json: one JSON object on stdin; prints it with the two members of the signature.
require 'json'
require 'openssl'
require 'securerandom'
require 'uri'

# A JSON object or a form: no name twice.
class Members < Hash
  def []=(name, value)
    raise ArgumentError, "#{name} cannot be signed, or is there twice" if key?(name) || name == '__proto__'
    super
  end
end

# A structured field string: printable ASCII only, the quote and the backslash escaped.
def quote(text)
  raise ArgumentError, 'not printable ASCII' unless text.match?(/\A[ -~]*\z/)
  %("#{text.gsub(/["\\]/) { "\\#{_1}" }}")
end

def percent(text) = text.b.gsub(/[^A-Za-z0-9._~-]/n) { format('%%%02X', _1.ord) }

def canonical_form(fields)
  fields.to_h { |name, value| [percent(name), percent(value)] }.sort.map { |pair| pair.join('=') }.join('&')
end

# RFC 8785 for texts, integers, true, false, nil, arrays and hashes: write other numbers as texts.
def canonical_json(value)
  return "[#{value.map { canonical_json(_1) }.join(',')}]" if value.is_a?(Array)
  raise ArgumentError, 'write numbers as texts' if value.is_a?(Numeric) && !(value.is_a?(Integer) && value.abs < 2**53)
  return value.to_json unless value.is_a?(Hash)
  members = value.sort_by { |name, _| name.encode('UTF-16BE') }
  "{#{members.map { |name, member| "#{name.to_json}:#{canonical_json(member)}" }.join(',')}}"
end

# The two members that stand beside the data; content is the data's canonical text.
def sign(content, tag, audience, subject = nil)
  texts = { 'keyid' => ENV.fetch('COUNTERSIGN_KEYID'), 'tag' => tag, 'audience' => audience, 'subject' => subject }.compact
  params = %[("content-digest");created=#{Time.now.to_i};nonce="#{SecureRandom.urlsafe_base64(16)}"]
  texts.each { |name, text| params << ";#{name}=#{quote(text)}" }
  digest = [OpenSSL::Digest.digest('SHA256', content)].pack('m0')
  base = %("content-digest": sha-256=:#{digest}:\n"@signature-params": #{params})
  # A text secret is its UTF-8 bytes.
  mac = [OpenSSL::HMAC.digest('SHA256', ENV.fetch('COUNTERSIGN_SECRET'), base)].pack('m0')
  { 'signature-input' => "sig=#{params}", 'signature' => "sig=:#{mac}:" }
end

kind, tag, *address = ARGV
text = $stdin.read.force_encoding('UTF-8')
data = kind == 'json' ? JSON.parse(text, max_nesting: 64, object_class: Members) : Members.new
data['payload'] = text if kind == 'text'
URI.decode_www_form(text).each { |name, value| data[name] = value } if kind == 'form'
content = { 'text' => -> { text }, 'form' => -> { canonical_form(data) }, 'json' => -> { canonical_json(data) } }[kind].call
sign(content, "cs1-#{kind}:#{tag}", *address).each { |name, value| data[name] = value }
print kind == 'json' ? canonical_json(data) : canonical_form(data)
