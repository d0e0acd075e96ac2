# Signs a URL that somebody else will open: perl sign-url.pl METHOD URL EXPIRES-IN [once]
#
# METHOD is what the opener will send: GET (which serves HEAD too) or PUT. EXPIRES-IN: in seconds.
# `once` makes the URL count one time only. The URL must be percent-encoded, and have no fragment.
# Needs Spelling.pm beside it.
use v5.36;
use Digest::SHA qw(hmac_sha256);
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

sub refuse_signed ($query) {
    for my $pair (split /&/, $query) {
        my ($name) = split /=/, $pair;
        $name = lc(($name // '') =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger);
        die "the URL has a signature\n" if $name =~ /\Asignature(?:-input)?\z/;
    }
}

# The URL with two more parameters: wire format, "Query carrier".
sub sign_url ($method, $url, $expires_in, $once) {
    my ($scheme, $authority, $path, $query) = $url =~ $final_url;
    die "not a percent-encoded URL without fragment\n" unless defined $scheme;
    refuse_signed($query // '');
    $query = form_spelling($query // '');

    # The parameters (RFC 9421, section 2.3). A URL must expire, since URLs are kept and forwarded.
    my $created = time;
    my $expires = $created + $expires_in;
    my $params  = qq{("\@method" "\@authority" "\@path" "\@query");created=$created};
    $params .= ";expires=$expires";
    $params .= ';nonce="' . nonce() . '"' if $once;
    $params .= ';keyid=' . structured_string(required('COUNTERSIGN_KEYID')) . ';tag="cs1-url"';

    # The signature base (RFC 9421, section 2.5): a line for each component, the parameters last.
    my $base = join "\n",
        qq("\@method": $method),
        qq("\@authority": ) . without_default_port($authority, $scheme),
        qq("\@path": ) . ($path eq '' ? '/' : $path),
        qq("\@query": ?$query),
        qq("\@signature-params": $params);
    # A text secret is its UTF-8 bytes.
    my $mac = encode_base64(hmac_sha256($base, required('COUNTERSIGN_SECRET')), '');

    my @pairs = length $query ? $query : ();
    push @pairs, 'signature-input=' . encode_base64url("sig=$params");
    push @pairs, 'signature=' . encode_base64url("sig=:$mac:");
    return $url =~ s/\?.*//r . '?' . join '&', @pairs;
}

my ($method, $url, $expires_in, $once) = @ARGV;
say sign_url($method, $url, $expires_in, ($once // '') eq 'once');
