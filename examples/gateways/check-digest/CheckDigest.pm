package CheckDigest;
use strict;
use warnings;
use Digest::SHA qw(sha256 sha512);
use MIME::Base64 qw(encode_base64);

# Whether the bytes of a body are those that were signed.
sub content_matches {
    my ($verified_digest, $body) = @_;
    my %digests = ('sha-256' => sha256($body), 'sha-512' => sha512($body));
    return scalar grep { $verified_digest eq "$_=:" . encode_base64($digests{$_}, '') . ':' } keys %digests;
}

1;
