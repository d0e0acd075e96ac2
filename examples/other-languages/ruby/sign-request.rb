# Signs a request and sends it: ruby sign-request.rb METHOD URL [CONTENT-TYPE] < content
#
# The URL must be percent-encoded already. Needs spelling.rb beside it.
require 'net/http'
require 'openssl'
require 'securerandom'
require_relative 'spelling'

# A URL that no parser on the way changes: scheme, authority, path, query.
CHARACTER = %r{[A-Za-z0-9_.~!$&()*+,;=:@/-]|%\h\h}
FINAL_URL = %r{\A(https?)://([A-Za-z0-9_.:-]+)(/(?:#{CHARACTER})*|)(?:\?((?:\?|#{CHARACTER})*))?\z}

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

# RFC 9421, section 2.2.3: the host in lower case, without the scheme's default port.
def without_default_port(authority, scheme)
  authority.downcase.delete_suffix(scheme == 'https' ? ':443' : ':80')
end

# The fields that the request gets.
def sign(method, url, content_type, content)
  parts = FINAL_URL.match(url)
  raise ArgumentError, 'not a percent-encoded URL' unless parts

  scheme, authority, path, query = parts.captures
  fields = {}
  unless content.empty?
    # RFC 9530: the digest stands for the content, so that the signature covers it.
    digest = [OpenSSL::Digest.digest('SHA256', content)].pack('m0')
    fields['content-type'] = content_type
    fields['content-digest'] = "sha-256=:#{digest}:"
  end

  # What is covered, in the order of the wire format, "Components".
  covered = {
    '@method' => method,
    '@authority' => without_default_port(authority, scheme),
    '@path' => path.empty? ? '/' : path,
    '@query' => "?#{query}",
    **fields,
  }
  names = covered.keys.map { |name| %("#{name}") }.join(' ')

  # RFC 9421, section 2.3: the parameters of the signature.
  nonce = SecureRandom.urlsafe_base64(16)
  params = %[(#{names});created=#{Time.now.to_i};nonce="#{nonce}"]
  params += ";keyid=#{structured_string(required('COUNTERSIGN_KEYID'))}"

  # RFC 9421, section 2.5: the signature base, a line for each component, the parameters last.
  lines = covered.map { |name, value| %("#{name}": #{value}\n) }
  base = lines.join + %("@signature-params": #{params})
  # A text secret is its UTF-8 bytes.
  mac = [OpenSSL::HMAC.digest('SHA256', required('COUNTERSIGN_SECRET'), base)].pack('m0')
  { **fields, 'signature-input' => "sig=#{params}", 'signature' => "sig=:#{mac}:" }
end

# The answer. No redirect is followed: a signature is for one URL.
def send_signed(method, url, content_type, content)
  fields = sign(method, url, content_type, content)
  address = URI(url)
  secure = address.scheme == 'https'
  Net::HTTP.start(address.hostname, address.port, use_ssl: secure) do |http|
    http.send_request(method, address.request_uri, content.empty? ? nil : content, fields)
  end
end

method, url, content_type = ARGV
url = url.sub(/\?(.*)/) { "?#{default_spelling($1)}" }
answer = send_signed(method, url, content_type || 'application/json', $stdin.binmode.read)
$stdout.binmode.write(answer.body)
exit answer.is_a?(Net::HTTPSuccess)
