# Verifies a JSON payload that a browser relayed.
#
# ruby verify-payload-json.rb TAG AUDIENCE [SUBJECT] < JSON text
#
# Prints what was signed, as canonical JSON. The subject is the user whose session it arrived in.
require_relative 'canonical'
require_relative 'verifier'

# The canonical text of the data, and the two texts that stood beside it.
def read_payload(received)
  demand(received.bytesize <= MAX_BYTES, 'body_too_large')
  data = read_json(received)
  signature_input = data.delete('signature-input').to_s
  signature = data.delete('signature').to_s
  [canonical_json(data), signature_input, signature]
rescue ArgumentError, EncodingError, JSON::JSONError
  raise Refused, 'payload_malformed'
end

# The text that was signed, and nothing else: parse this, not what was received.
def verify(received, tag, audience, subject = nil)
  content, signature_input, signature = read_payload(received)
  signed = SignatureInput.new(signature_input)

  # For this purpose, for us, about this user, and made just now.
  parameters = signed.parameters
  demand(signed.names == ['content-digest'], 'signature_malformed')
  demand(parameters['tag'] == "cs1-json:#{tag}", 'tag_mismatch')
  demand(parameters['audience'] == audience, 'audience_mismatch')
  demand(subject.nil? || parameters['subject'] == subject, 'subject_mismatch')
  check_times(parameters)

  base = signature_base({ 'content-digest' => content_digest(content) }, signed)
  check_signature(base, signed, signature)
  consume(parameters)
  content
end

print verify(read_input, *ARGV)
