# Signs a URL that somebody else will open: ruby sign-url.rb METHOD URL EXPIRES-IN [once]
#
# METHOD is what the opener will send: GET (which serves HEAD too) or PUT. EXPIRES-IN: in seconds.
# `once` makes the URL count one time only. The URL must be percent-encoded, and have no fragment.
# Needs spelling.rb beside it.
require 'openssl'
require 'securerandom'
require 'uri'
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

# RFC 4648, section 5, without padding.
def base64url(text)
  [text].pack('m0').tr('+/', '-_').delete('=')
end

def refuse_signed(query)
  URI.decode_www_form(query).each do |name, _|
    ours = %w[signature-input signature].include?(name.downcase)
    raise ArgumentError, 'the URL has a signature' if ours
  end
end

# The URL with two more parameters: wire format, "Query carrier".
def sign_url(method, url, expires_in, once)
  parts = FINAL_URL.match(url)
  raise ArgumentError, 'not a percent-encoded URL without fragment' unless parts

  scheme, authority, path, query = parts.captures
  refuse_signed(query.to_s)
  query = form_spelling(query.to_s)

  # The parameters (RFC 9421, section 2.3). A URL must expire, since URLs are kept and forwarded.
  created = Time.now.to_i
  params = %[("@method" "@authority" "@path" "@query");created=#{created}]
  params += ";expires=#{created + expires_in}"
  params += %(;nonce="#{SecureRandom.urlsafe_base64(16)}") if once
  params += %(;keyid=#{structured_string(required('COUNTERSIGN_KEYID'))};tag="cs1-url")

  # The signature base (RFC 9421, section 2.5): a line for each component, the parameters last.
  base = [
    %("@method": #{method}),
    %("@authority": #{without_default_port(authority, scheme)}),
    %("@path": #{path.empty? ? '/' : path}),
    %("@query": ?#{query}),
    %("@signature-params": #{params}),
  ].join("\n")
  # A text secret is its UTF-8 bytes.
  mac = [OpenSSL::HMAC.digest('SHA256', required('COUNTERSIGN_SECRET'), base)].pack('m0')

  pairs = query.empty? ? [] : [query]
  pairs << "signature-input=#{base64url("sig=#{params}")}"
  pairs << "signature=#{base64url("sig=:#{mac}:")}"
  "#{url.split('?').first}?#{pairs.join('&')}"
end

method, url, expires_in, once = ARGV
puts sign_url(method, url, Integer(expires_in), once == 'once')
