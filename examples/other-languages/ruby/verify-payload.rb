# Verifies a payload that a browser relayed.
#
# ruby verify-payload.rb text|form TAG AUDIENCE [SUBJECT] < urlencoded fields
#
# Prints what was signed: the opaque text, or the form fields.
# The subject is the user whose session it arrived in.
require_relative 'canonical'
require_relative 'verifier'

# Wire format, "Text" and "Form": what was digested.
def canonical(kind, fields)
  if kind == 'form'
    demand(fields.any?, 'payload_malformed')
    canonical_form(fields)
  else
    demand(fields.keys == ['payload'], 'payload_malformed')
    fields['payload']
  end
end

def read_fields(received)
  demand(received.bytesize <= MAX_BYTES, 'body_too_large')
  read_form(received)
rescue ArgumentError
  raise Refused, 'payload_malformed'
end

# The text that was signed, and nothing else: use this, not what was received.
def verify(received, kind, tag, audience, subject = nil)
  fields = read_fields(received)
  signed = SignatureInput.new(fields.delete('signature-input').to_s)
  signature = fields.delete('signature').to_s
  content = canonical(kind, fields)

  # For this purpose, for us, about this user, and made just now.
  parameters = signed.parameters
  demand(signed.names == ['content-digest'], 'signature_malformed')
  demand(parameters['tag'] == "cs1-#{kind}:#{tag}", 'tag_mismatch')
  demand(parameters['audience'] == audience, 'audience_mismatch')
  demand(subject.nil? || parameters['subject'] == subject, 'subject_mismatch')
  check_times(parameters)

  base = signature_base({ 'content-digest' => content_digest(content) }, signed)
  check_signature(base, signed, signature)
  consume(parameters)
  content
end

kind, *address = ARGV
print verify(read_input, kind, *address)
