# Signs a payload that the customer's browser relays.
#
# perl sign-payload.pl text|form|json TAG AUDIENCE [SUBJECT] < payload
#
# text: one opaque text; form: urlencoded fields. Prints urlencoded fields, to be hidden inputs.
# json: one JSON object. Prints it with the two members of the signature.
use v5.36;
use Digest::SHA qw(hmac_sha256 sha256);
use FindBin;
use MIME::Base64 qw(encode_base64 encode_base64url);
use lib $FindBin::Bin;
use Canonical;

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

# The two members that stand beside the data. $content is the data's canonical text.
sub sign ($content, $tag, $audience, $subject = undef) {
    # The parameters (RFC 9421, section 2.3): who signs, what for, for whom, and about whom.
    my $params = '("content-digest");created=' . time . ';nonce="' . nonce() . '"';
    $params .= ';keyid=' . structured_string(required('COUNTERSIGN_KEYID'));
    $params .= ';tag=' . structured_string($tag);
    $params .= ';audience=' . structured_string($audience);
    $params .= ';subject=' . structured_string($subject) if defined $subject;

    # The signature base (RFC 9421, section 2.5): the digest (RFC 9530) stands for the data.
    my $digest = encode_base64(sha256($content), '');
    my $base   = qq("content-digest": sha-256=:$digest:\n"\@signature-params": $params);
    # A text secret is its UTF-8 bytes.
    my $mac = encode_base64(hmac_sha256($base, required('COUNTERSIGN_SECRET')), '');
    return ('signature-input' => "sig=$params", 'signature' => "sig=:$mac:");
}

# The data, and its canonical text.
sub read_payload ($kind, $text) {
    return ({ payload => $text }, $text) if $kind eq 'text';
    my $data = $kind eq 'form' ? read_form($text) : read_json($text);
    return ($data, $kind eq 'form' ? canonical_form($data) : canonical_json($data));
}

binmode STDIN;
binmode STDOUT;
my ($kind, $tag, @address) = @ARGV;
my $text = join '', <STDIN>;
my ($data, $content) = read_payload($kind, $text);
if (exists $data->{'signature-input'} || exists $data->{signature}) {
    die "it has a signature\n";
}

my %signed = (%$data, sign($content, "cs1-$kind:$tag", @address));
print $kind eq 'json' ? canonical_json(\%signed) : canonical_form(\%signed);
