# Signs a URL that somebody else will open: ruby sign-url.rb METHOD URL EXPIRES-IN [once]
#
# METHOD is what the opener will send: GET (which serves HEAD too) or PUT. `once` makes the URL count one time only.
require 'openssl'
require 'securerandom'
require 'uri'

# A URL that no parser on the way changes: scheme, authority, path, query; no fragment.
ONE = %r{[\w.~!$&()*+,;=:@/-]|%\h\h}
FINAL_URL = %r{\A(https?)://([\w.:-]+)(/(?:#{ONE})*|)(?:\?((?:\?|#{ONE})*))?\z}

# A structured field string: printable ASCII only, the quote and the backslash escaped.
def quote(text)
  raise ArgumentError, 'not printable ASCII' unless text.match?(/\A[ -~]*\z/)
  %("#{text.gsub(/["\\]/) { "\\#{_1}" }}")
end

def percent(text) = text.b.gsub(/[^A-Za-z0-9._~-]/n) { format('%%%02X', _1.ord) }

# The URL must be percent-encoded already: what is signed is what is sent.
def sign_url(method, url, expires_in, once)
  parts = FINAL_URL.match(url) or raise ArgumentError, 'not a percent-encoded URL without fragment'
  scheme, authority, path, query = parts.captures
  names = URI.decode_www_form(query.to_s).map { |name, _| name.downcase }
  raise ArgumentError, 'the URL has a signature' if names.intersect?(%w[signature-input signature])
  authority = authority.downcase.delete_suffix({ 'https' => ':443', 'http' => ':80' }[scheme])
  created = Time.now.to_i
  params = %[("@method" "@authority" "@path" "@query");created=#{created};expires=#{created + expires_in}]
  params << %(;nonce="#{SecureRandom.urlsafe_base64(16)}") if once
  params << %(;keyid=#{quote(ENV.fetch('COUNTERSIGN_KEYID'))};tag="cs1-url")
  path = '/' if path.empty?
  lines = { method:, authority:, path:, query: "?#{query}", 'signature-params': params }
  base = lines.map { |name, value| %("@#{name}": #{value}) }.join("\n")
  # A text secret is its UTF-8 bytes.
  mac = [OpenSSL::HMAC.digest('SHA256', ENV.fetch('COUNTERSIGN_SECRET'), base)].pack('m0')
  separator = query.nil? ? '?' : query.empty? ? '' : '&'
  "#{url}#{separator}signature-input=#{percent("sig=#{params}")}&signature=#{percent("sig=:#{mac}:")}"
end

puts sign_url(ARGV[0], ARGV[1], Integer(ARGV[2]), ARGV[3] == 'once')
