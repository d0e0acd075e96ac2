# Signs a payload that the customer's browser relays: perl sign-payload.pl text|form|json TAG AUDIENCE [SUBJECT]
# text: one opaque text on stdin; form: urlencoded fields; both print urlencoded fields, to become hidden inputs.
# json: one JSON object on stdin; prints it with the two members of the signature.
use v5.36;
use Digest::SHA qw(hmac_sha256 sha256);
use Encode qw(encode);
use JSON::PP;
use MIME::Base64 qw(encode_base64 encode_base64url);

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

sub canonical_form($fields) {
    my %encoded = map { (percent($_) => percent($fields->{$_})) } keys %$fields;
    return join '&', map { "$_=$encoded{$_}" } sort keys %encoded;
}

# RFC 8785, in the order of UTF-16 units, DEL as itself; for texts, integers, true, false, null, lists and objects.
sub canonical_json($data) {
    my $order = sub { encode('UTF-16BE', $JSON::PP::a) cmp encode('UTF-16BE', $JSON::PP::b) };
    return JSON::PP->new->utf8->sort_by($order)->encode($data) =~ s/(\\\\)|\\u007f/$1 \/\/ "\x7f"/ger;
}

# The two members that stand beside the data; $content is the data's canonical text.
sub sign($content, $tag, $audience, $subject = undef) {
    my $params = '("content-digest");created=' . time . ';nonce="' . nonce() . '"';
    $params .= ';keyid=' . quote($ENV{COUNTERSIGN_KEYID}) . ';tag=' . quote($tag) . ';audience=' . quote($audience);
    $params .= ';subject=' . quote($subject) if defined $subject;
    my $digest = encode_base64(sha256($content), '');
    my $base   = qq("content-digest": sha-256=:$digest:\n"\@signature-params": $params);
    # A text secret is its UTF-8 bytes.
    my $mac = encode_base64(hmac_sha256($base, $ENV{COUNTERSIGN_SECRET}), '');
    return ('signature-input' => "sig=$params", 'signature' => "sig=:$mac:");
}

binmode $_ for *STDIN, *STDOUT;
my ($kind, $tag, @address) = @ARGV;
my $text = do { local $/; <STDIN> } // '';
my @pairs = map { [map { tr/+/ /r =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger } /\A([^=]*)=?(.*)\z/s] } split /&/, $text;
my %data = $kind eq 'text' ? (payload => $text) : map { @$_ } @pairs;
# Numbers that are no integers become objects here, which the encoder refuses.
%data = %{ JSON::PP->new->utf8->allow_bignum->decode($text) } if $kind eq 'json';
die "a name is there twice\n" if $kind eq 'form' && @pairs > keys %data;
die "it has a signature\n"    if grep { exists $data{$_} } 'signature-input', 'signature';
my $content = $kind eq 'text' ? $text : $kind eq 'form' ? canonical_form(\%data) : canonical_json(\%data);
%data = (%data, sign($content, "cs1-$kind:$tag", @address));
print $kind eq 'json' ? canonical_json(\%data) : canonical_form(\%data);
