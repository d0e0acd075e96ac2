# What the programs that verify have in common.
require 'json'
require 'openssl'

MAX_BYTES = 1 << 20 # of content: 1 MiB

# One parameter: an integer or a string (RFC 9421, section 2.3).
PARAMETER = /;([a-z*][a-z0-9_.*-]*)=(0|[1-9][0-9]{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")/
# A label, what is covered, and the parameters: the only member, of one spelling.
LABEL = /[a-z*][a-z0-9_.*-]*/
NAMES = /"[a-z0-9@-]+"(?: "[a-z0-9@-]+")*/
INPUT = /\A(#{LABEL})=(\((#{NAMES})\)((?:#{PARAMETER})*))\z/

# Why a message is refused: one of the codes in docs/reference/errors.md.
class Refused < StandardError
  attr_reader :code

  def initialize(code)
    super("refused: #{code}")
    @code = code
  end
end

def demand(condition, code)
  raise Refused, code unless condition
end

# What arrived on standard input: a byte more than there may be, at most.
def read_input
  String.new($stdin.read(MAX_BYTES + 1) || '', encoding: 'UTF-8')
end

# Your table of keys goes here. nil for a key that nobody has.
def secret_of(keyid)
  return nil if keyid.to_s.empty? || keyid != ENV['COUNTERSIGN_KEYID']

  secret = ENV.fetch('COUNTERSIGN_SECRET') # a text secret is its UTF-8 bytes
  secret.empty? ? nil : secret
end

# What a signature says: its label, the names it covers, its parameters, each at most once.
class SignatureInput
  attr_reader :label, :names, :parameters
  attr_reader :params # as received, for the signature base

  def initialize(text)
    member = INPUT.match(text)
    demand(member, 'signature_malformed')
    @label, @params, names, parameters = member.captures
    @names = names.scan(/[^" ]+/)
    pairs = parameters.scan(PARAMETER)
    @parameters = pairs.to_h { |name, value| [name, JSON.parse(value)] }

    demand(@parameters.size == pairs.size, 'signature_malformed')
    demand(@names.uniq.size == @names.size, 'signature_malformed')
  end
end

# Wire format, "Times", in seconds. At `expires` it still counts, a second later no more.
def check_times(parameters, max_age: 300, future_skew: 5)
  now = Time.now.to_i
  created = parameters['created']
  expires = parameters.fetch('expires', now)
  demand(created.is_a?(Integer) && expires.is_a?(Integer), 'created_missing')
  demand(created <= now + future_skew, 'created_in_future')
  demand(now <= created + max_age && now <= expires, 'expired')
end

# RFC 9421, section 2.5: a line for each covered component, the parameters last.
def signature_base(values, signed)
  lines = signed.names.map do |name|
    value = values[name]
    demand(value && value.match?(/\A[\t -~]*\z/), 'component_unresolvable')
    %("#{name}": #{value}\n)
  end
  lines.join + %("@signature-params": #{signed.params})
end

# In constant time, and also for a key that nobody has.
def check_signature(base, signed, signature)
  secret = secret_of(signed.parameters['keyid'])
  mac = [OpenSSL::HMAC.digest('SHA256', secret || '?', base)].pack('m0')
  same = OpenSSL.secure_compare("#{signed.label}=:#{mac}:", signature)
  demand(same && secret, 'signature_mismatch')
  demand(signed.parameters.fetch('alg', 'hmac-sha256') == 'hmac-sha256', 'signature_mismatch')
end

# RFC 9530: what stands for the content among the covered components.
def content_digest(content)
  "sha-256=:#{[OpenSSL::Digest.digest('SHA256', content)].pack('m0')}:"
end

# Each nonce once: here a new folder, elsewhere a row under a unique index, for 310 seconds.
# Do this last, when all else is well.
def consume(parameters)
  nonce = parameters['nonce']
  demand(nonce.is_a?(String) && nonce.length.between?(1, 128), 'nonce_missing')
  name = OpenSSL::Digest.hexdigest('SHA256', "#{parameters['keyid']}\n#{nonce}")
  Dir.mkdir(File.join(ENV.fetch('COUNTERSIGN_NONCES'), name))
rescue Errno::EEXIST
  raise Refused, 'nonce_replayed'
end
