# Verifies a request, here as a CGI program: Rack environments have the same names.
require_relative 'verifier'

# Wire format, "Components": what every request must cover.
def check_coverage(names, fields, content)
  needed = %w[@method @authority @path @query]
  needed += %w[content-type content-encoding] & fields.keys
  needed << 'content-digest' unless content.empty?
  demand((needed - names).empty?, 'component_uncovered')
end

# Raises Refused unless all is well.
#
# target: path and query, as they arrived.
# fields: by lower-case names; the lines of one name joined with ', '.
def verify(method, target, fields, content)
  demand(fields['signature-input'] && fields['signature'], 'signature_missing')
  signed = SignatureInput.new(fields['signature-input'])
  demand(!signed.parameters.key?('tag'), 'tag_mismatch')
  demand(content.bytesize <= MAX_BYTES, 'body_too_large')
  check_coverage(signed.names, fields, content)
  check_times(signed.parameters)

  # RFC 9421, section 2.2: what is derived from the request, beside its fields.
  path, _, query = target.partition('?')
  derived = {
    '@method' => method,
    # Who we are, as clients write it: never what Host says.
    '@authority' => ENV.fetch('COUNTERSIGN_AUTHORITY'),
    '@path' => path,
    '@query' => "?#{query}",
  }
  base = signature_base({ **fields, **derived }, signed)
  check_signature(base, signed, fields['signature'])

  # RFC 9530: the digest was signed, and this is the content that it was made of.
  if signed.names.include?('content-digest')
    demand(fields['content-digest'] == content_digest(content), 'digest_mismatch')
  end
  consume(signed.parameters)
end

# The fields of the request, as CGI (RFC 3875) hands them on: HTTP_ before the names of all but one.
def read_fields(environment)
  fields = {}
  environment.each do |variable, value|
    name = variable.delete_prefix('HTTP_').downcase.tr('_', '-')
    prefixed = variable.start_with?('HTTP_')
    # Whoever sends the field Content_Type must not replace the real one.
    fields[name] = value if name == 'content-type' ? !prefixed : prefixed
  end
  fields
end

# Wire format, "Answers": a problem document (RFC 9457).
def refuse(code)
  type = "urn:countersign:problem:#{code}"
  problem = { type: type, status: 401, code: code, now: Time.now.to_i }
  print "Status: 401\r\n"
  print %(WWW-Authenticate: Signature error="#{code}"\r\n)
  print "Content-Type: application/problem+json\r\n\r\n"
  print problem.to_json
end

content = $stdin.binmode.read(MAX_BYTES + 1).to_s
begin
  verify(ENV['REQUEST_METHOD'], ENV['REQUEST_URI'], read_fields(ENV), content)
  print "Status: 200\r\nContent-Type: application/octet-stream\r\n\r\n"
  $stdout.binmode.write(content) # your application goes here, with the content that was verified
rescue Refused => e
  refuse(e.code)
end
