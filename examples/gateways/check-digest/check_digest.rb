require 'digest'

# Whether the bytes of a body are those that were signed.
def content_matches?(verified_digest, body)
  { 'sha-256' => Digest::SHA256, 'sha-512' => Digest::SHA512 }.any? do |name, algorithm|
    verified_digest == "#{name}=:#{algorithm.base64digest(body)}:"
  end
end
