# Signs a request and sends it: perl sign-request.pl METHOD URL [CONTENT-TYPE] < content
#
# The URL must be percent-encoded already. Needs Spelling.pm beside it.
use v5.36;
use Digest::SHA qw(hmac_sha256 sha256);
use HTTP::Tiny;    # for https also IO::Socket::SSL (libio-socket-ssl-perl)
use MIME::Base64 qw(encode_base64 encode_base64url);
use FindBin;
use lib $FindBin::Bin;
use Spelling;

# A URL that no parser on the way changes: scheme, authority, path, query.
my $character = qr{[A-Za-z0-9._~!\$&()*+,;=:@/-]|%[0-9A-Fa-f]{2}};
my $path      = qr{(?:/(?:$character)*)?};
my $query     = qr{(?:$character|\?)*};
my $final_url = qr{\A(https?)://([A-Za-z0-9._:-]+)($path)(?:\?($query))?\z};

# RFC 9651, section 3.3.3: printable ASCII, with the quote and the backslash escaped.
sub structured_string ($text) {
    die "not printable ASCII\n" unless $text =~ /\A[ -~]*\z/;
    my $escaped = $text =~ s/(["\\])/\\$1/gr;
    return qq("$escaped");
}

# A variable of the environment that must not be empty.
sub required ($variable) {
    die "$variable is missing\n" unless length $ENV{$variable};
    return $ENV{$variable};
}

# 16 random bytes.
sub nonce () {
    open my $random, '<:raw', '/dev/urandom' or die "no random bytes: $!\n";
    my $length = read $random, my $bytes, 16;
    die "no random bytes\n" unless $length == 16;
    return encode_base64url($bytes);
}

# RFC 9421, section 2.2.3: the host in lower case, without the scheme's default port.
sub without_default_port ($authority, $scheme) {
    my $default_port = $scheme eq 'https' ? ':443' : ':80';
    return lc($authority) =~ s/$default_port\z//r;
}

# The fields that the request gets.
sub sign ($method, $url, $content_type, $content) {
    my ($scheme, $authority, $path, $query) = $url =~ $final_url;
    die "not a percent-encoded URL\n" unless defined $scheme;

    # What is covered, in the order of the wire format, "Components".
    my @covered = (
        ['@method',    $method],
        ['@authority', without_default_port($authority, $scheme)],
        ['@path',      $path eq '' ? '/' : $path],
        ['@query',     '?' . ($query // '')],
    );
    my %fields;
    if (length $content) {
        # RFC 9530: the digest stands for the content, so that the signature covers it.
        my $digest = encode_base64(sha256($content), '');
        %fields = ('content-type' => $content_type, 'content-digest' => "sha-256=:$digest:");
        push @covered, map { [$_, $fields{$_}] } 'content-type', 'content-digest';
    }
    my $names = join ' ', map { qq("$_->[0]") } @covered;

    # RFC 9421, section 2.3: the parameters of the signature.
    my $params = "($names);created=" . time . ';nonce="' . nonce() . '"';
    $params .= ';keyid=' . structured_string(required('COUNTERSIGN_KEYID'));

    # RFC 9421, section 2.5: the signature base, a line for each component, the parameters last.
    my $base = join '', map { qq("$_->[0]": $_->[1]\n) } @covered;
    $base .= qq("\@signature-params": $params);
    # A text secret is its UTF-8 bytes.
    my $mac = encode_base64(hmac_sha256($base, required('COUNTERSIGN_SECRET')), '');
    return { %fields, 'signature-input' => "sig=$params", 'signature' => "sig=:$mac:" };
}

binmode STDIN;
binmode STDOUT;
my ($method, $url, $content_type) = @ARGV;
$url =~ s/\?(.*)/'?' . default_spelling($1)/e;
my $content = join '', <STDIN>;
my $fields  = sign($method, $url, $content_type // 'application/json', $content);

# No redirect is followed: a signature is for one URL.
my $http   = HTTP::Tiny->new(max_redirect => 0, timeout => 30);
my $answer = $http->request($method, $url, { headers => $fields, content => $content });
print $answer->{content};
exit($answer->{success} ? 0 : 1);
