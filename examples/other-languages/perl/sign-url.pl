# Signs a URL that somebody else will open: perl sign-url.pl METHOD URL EXPIRES-IN [once]
#
# METHOD is what the opener will send: GET (which serves HEAD too) or PUT. `once` makes the URL count one time only.
use v5.36;
use Digest::SHA qw(hmac_sha256);
use MIME::Base64 qw(encode_base64 encode_base64url);

# A URL that no parser on the way changes: scheme, authority, path, query; no fragment.
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

sub percent($text) { $text =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ger }

# The URL must be percent-encoded already: what is signed is what is sent.
sub sign_url($method, $url, $expires_in, $once) {
    my ($scheme, $authority, $path, $query) = $url =~ $final_url or die "not a percent-encoded URL without fragment\n";
    for (split /&/, $query // '') {
        my $name = lc(s/=.*//sr) =~ s/%([0-9a-f]{2})/lc chr hex $1/ger;
        die "the URL has a signature\n" if $name eq 'signature-input' || $name eq 'signature';
    }
    my $default = $scheme eq 'https' ? ':443' : ':80';
    my ($created, $expires) = (time, time + $expires_in);
    my $params = qq{("\@method" "\@authority" "\@path" "\@query");created=$created;expires=$expires};
    $params .= ';nonce="' . nonce() . '"' if $once;
    $params .= ';keyid=' . quote($ENV{COUNTERSIGN_KEYID}) . ';tag="cs1-url"';
    my $base = qq("\@method": $method\n"\@authority": ) . lc($authority) =~ s/$default\z//r;
    $base .= qq(\n"\@path": ) . ($path || '/') . qq(\n"\@query": ?) . ($query // '') . "\n";
    # A text secret is its UTF-8 bytes.
    my $mac = encode_base64(hmac_sha256(qq($base"\@signature-params": $params), $ENV{COUNTERSIGN_SECRET}), '');
    my $separator = !defined $query ? '?' : length $query ? '&' : '';
    return "$url${separator}signature-input=" . percent("sig=$params") . '&signature=' . percent("sig=:$mac:");
}

say sign_url($ARGV[0], $ARGV[1], $ARGV[2], ($ARGV[3] // '') eq 'once');
