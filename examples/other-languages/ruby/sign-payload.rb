# Signs a payload that the customer's browser relays.
#
# ruby sign-payload.rb text|form|json TAG AUDIENCE [SUBJECT] < payload
#
# text: one opaque text; form: urlencoded fields. Prints urlencoded fields, to be hidden inputs.
# json: one JSON object. Prints it with the two members of the signature.
require 'openssl'
require 'securerandom'
require_relative 'canonical'

# RFC 9651, section 3.3.3: printable ASCII, with the quote and the backslash escaped.
def structured_string(text)
  raise ArgumentError, 'not printable ASCII' unless text.match?(/\A[ -~]*\z/)

  escaped = text.gsub(/["\\]/) { |character| "\\#{character}" }
  %("#{escaped}")
end

# A variable of the environment that must not be empty.
def required(variable)
  value = ENV.fetch(variable)
  raise ArgumentError, "#{variable} is empty" if value.empty?

  value
end

# The two members that stand beside the data. content is the data's canonical text.
def sign(content, tag, audience, subject = nil)
  # The parameters (RFC 9421, section 2.3): who signs, what for, for whom, and about whom.
  nonce = SecureRandom.urlsafe_base64(16)
  params = %[("content-digest");created=#{Time.now.to_i};nonce="#{nonce}"]
  params += ";keyid=#{structured_string(required('COUNTERSIGN_KEYID'))}"
  params += ";tag=#{structured_string(tag)};audience=#{structured_string(audience)}"
  params += ";subject=#{structured_string(subject)}" if subject

  # The signature base (RFC 9421, section 2.5): the digest (RFC 9530) stands for the data.
  digest = [OpenSSL::Digest.digest('SHA256', content)].pack('m0')
  base = %("content-digest": sha-256=:#{digest}:\n"@signature-params": #{params})
  # A text secret is its UTF-8 bytes.
  mac = [OpenSSL::HMAC.digest('SHA256', required('COUNTERSIGN_SECRET'), base)].pack('m0')
  { 'signature-input' => "sig=#{params}", 'signature' => "sig=:#{mac}:" }
end

# The data, and its canonical text.
def read_payload(kind, text)
  case kind
  when 'text'
    [{ 'payload' => text }, text]
  when 'form'
    fields = read_form(text)
    [fields, canonical_form(fields)]
  else
    data = read_json(text)
    [data, canonical_json(data)]
  end
end

kind, tag, *address = ARGV
text = $stdin.read.force_encoding('UTF-8')
data, content = read_payload(kind, text)
abort 'it has a signature' if data.key?('signature-input') || data.key?('signature')

signed = data.merge(sign(content, "cs1-#{kind}:#{tag}", *address))
print kind == 'json' ? canonical_json(signed) : canonical_form(signed)
