# Signs a request and sends it: perl sign-request.pl METHOD URL [CONTENT-TYPE] < content
use v5.36;
use Digest::SHA qw(hmac_sha256 sha256);
use HTTP::Tiny;    # for https also IO::Socket::SSL (libio-socket-ssl-perl)
use MIME::Base64 qw(encode_base64 encode_base64url);

# A URL that no parser on the way changes: scheme, authority, path, query.
my $one = qr{[A-Za-z0-9._~!\$&()*+,;=:@/-]|%[0-9A-Fa-f]{2}};
my $final_url = qr{\A(https?)://([A-Za-z0-9._:-]+)(/(?:$one)*|)(?:\?((?:\?|$one)*))?\z};

# A structured field string: printable ASCII only, the quote and the backslash escaped.
sub quote($text) {
    die "not printable ASCII\n" unless $text =~ /\A[ -~]*\z/;
    return '"' . $text =~ s/(["\\])/\\$1/gr . '"';
}

sub nonce() {
    open my $random, '<:raw', '/dev/urandom' or die $!;
    read($random, my $bytes, 16) == 16 or die 'no random bytes';
    return encode_base64url($bytes);
}

# The fields to send. The URL must be percent-encoded already: what is signed is what arrives.
sub sign($method, $url, $content_type, $content) {
    my ($scheme, $authority, $path, $query) = $url =~ $final_url or die "not a percent-encoded URL\n";
    my $default = $scheme eq 'https' ? ':443' : ':80';
    my @fields;
    if (length $content) {
        my $digest = encode_base64(sha256($content), '');
        @fields = (['content-type', $content_type], ['content-digest', "sha-256=:$digest:"]);
    }
    my @covered = (
        ['@method', $method], ['@authority', lc($authority) =~ s/$default\z//r],
        ['@path', $path || '/'], ['@query', '?' . ($query // '')], @fields,
    );
    my $names  = join ' ', map { qq("$_->[0]") } @covered;
    my $params = "($names);created=" . time . ';nonce="' . nonce() . '";keyid=' . quote($ENV{COUNTERSIGN_KEYID});
    my $base   = join '', (map { qq("$_->[0]": $_->[1]\n) } @covered), qq("\@signature-params": $params);
    # A text secret is its UTF-8 bytes.
    my $mac = encode_base64(hmac_sha256($base, $ENV{COUNTERSIGN_SECRET}), '');
    return { (map { @$_ } @fields), 'signature-input' => "sig=$params", 'signature' => "sig=:$mac:" };
}

binmode $_ for *STDIN, *STDOUT;
my ($method, $url, $content_type) = (@ARGV, 'application/json');
my $content = do { local $/; <STDIN> } // '';
# No redirect is followed: a signature is for one URL.
my $http   = HTTP::Tiny->new(max_redirect => 0, timeout => 30);
my $answer = $http->request($method, $url, { headers => sign($method, $url, $content_type, $content), content => $content });
print $answer->{content};
exit !$answer->{success};
