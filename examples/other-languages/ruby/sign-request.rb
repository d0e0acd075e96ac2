# Signs a request and sends it: ruby sign-request.rb METHOD URL [CONTENT-TYPE] < content
require 'net/http'
require 'openssl'
require 'securerandom'

# A URL that no parser on the way changes: scheme, authority, path, query.
ONE = %r{[\w.~!$&()*+,;=:@/-]|%\h\h}
FINAL_URL = %r{\A(https?)://([\w.:-]+)(/(?:#{ONE})*|)(?:\?((?:\?|#{ONE})*))?\z}

def base64(bytes) = [bytes].pack('m0')

# A structured field string: printable ASCII only, the quote and the backslash escaped.
def quote(text)
  raise ArgumentError, 'not printable ASCII' unless text.match?(/\A[ -~]*\z/)
  %("#{text.gsub(/["\\]/) { "\\#{_1}" }}")
end

# The fields to send. The URL must be percent-encoded already: what is signed is what arrives.
def sign(method, url, content_type, content)
  parts = FINAL_URL.match(url) or raise ArgumentError, 'not a percent-encoded URL'
  scheme, authority, path, query = parts.captures
  fields = {}
  unless content.empty?
    fields['content-type'] = content_type
    fields['content-digest'] = "sha-256=:#{base64(OpenSSL::Digest.digest('SHA256', content))}:"
  end
  covered = {
    '@method' => method,
    '@authority' => authority.downcase.delete_suffix({ 'https' => ':443', 'http' => ':80' }[scheme]),
    '@path' => path.empty? ? '/' : path,
    '@query' => "?#{query}",
  }.merge(fields)
  names = covered.keys.map { %("#{_1}") }.join(' ')
  params = %[(#{names});created=#{Time.now.to_i};nonce="#{SecureRandom.urlsafe_base64(16)}"]
  params << ";keyid=#{quote(ENV.fetch('COUNTERSIGN_KEYID'))}"
  base = covered.map { |name, value| %("#{name}": #{value}\n) }.join << %("@signature-params": #{params})
  # A text secret is its UTF-8 bytes.
  mac = OpenSSL::HMAC.digest('SHA256', ENV.fetch('COUNTERSIGN_SECRET'), base)
  fields.merge('signature-input' => "sig=#{params}", 'signature' => "sig=:#{base64(mac)}:")
end

method, url, content_type = ARGV
content = $stdin.binmode.read
fields = sign(method, url, content_type || 'application/json', content)
address = URI(url)
answer = Net::HTTP.start(address.hostname, address.port, use_ssl: address.scheme == 'https') do |http|
  # No redirect is followed: a signature is for one URL.
  http.send_request(method, address.request_uri, content.empty? ? nil : content, fields)
end
$stdout.binmode.write(answer.body)
exit answer.is_a?(Net::HTTPSuccess)
