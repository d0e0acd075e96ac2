# What the programs that verify have in common.
package Verifier;
use v5.36;
use Digest::SHA qw(hmac_sha256 sha256 sha256_hex);
use Exporter qw(import);
use MIME::Base64 qw(encode_base64);

our @EXPORT = qw(
    MAX_BYTES demand read_input read_signature_input text check_times signature_base check_signature
    content_digest consume
);

use constant MAX_BYTES => 1 << 20;    # of content: 1 MiB

# One parameter: an integer or a string (RFC 9421, section 2.3).
my $parameter = qr/;([a-z*][a-z0-9_.*-]*)=(0|[1-9][0-9]{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")/;
# A label, what is covered, and the parameters: the only member, of one spelling.
my $label = qr/[a-z*][a-z0-9_.*-]*/;
my $names = qr/"[a-z0-9@-]+"(?: "[a-z0-9@-]+")*/;
my $input = qr/\A($label)=(\(($names)\)((?:$parameter)*))\z/;

# The code is one of those in docs/reference/errors.md. The prototype makes a match true or false.
sub demand : prototype($$) ($condition, $code) {
    die "refused: $code\n" unless $condition;
}

# What arrived on standard input: a byte more than there may be, at most.
sub read_input () {
    binmode STDIN;
    read STDIN, my $received, MAX_BYTES + 1;
    return $received;
}

# Your table of keys goes here. An empty text for a key that nobody has.
sub secret_of ($keyid) {
    my %secrets = ($ENV{COUNTERSIGN_KEYID} => $ENV{COUNTERSIGN_SECRET});
    return '' unless length $keyid;
    return $secrets{$keyid} // '';    # a text secret is its UTF-8 bytes
}

# What a signature says: its label, the names it covers, its parameters, each at most once.
sub read_signature_input ($text) {
    my ($label, $params, $names, $rest) = $text =~ $input;
    demand(defined $label, 'signature_malformed');
    my @names = $names =~ /[^" ]+/g;
    my %covered = map { $_ => 1 } @names;
    demand(keys %covered == @names, 'signature_malformed');

    my %parameters;
    while ($rest =~ /$parameter/g) {
        demand(!exists $parameters{$1}, 'signature_malformed');
        $parameters{$1} = $2;
    }
    # params as received, for the signature base.
    return { label => $label, params => $params, names => \@names, parameters => \%parameters };
}

# What a parameter says that is a text. Empty if it is not there, or an integer.
sub text ($parameter) {
    my ($inner) = ($parameter // '') =~ /\A"(.*)"\z/;
    return ($inner // '') =~ s/\\(.)/$1/gr;
}

# Wire format, "Times", in seconds. At `expires` it still counts, a second later no more.
sub check_times ($parameters, $max_age = 300, $future_skew = 5) {
    my $now     = time;
    my $created = $parameters->{created} // '';
    my $expires = $parameters->{expires} // $now;
    demand($created =~ /\A[0-9]+\z/ && $expires =~ /\A[0-9]+\z/, 'created_missing');
    demand($created <= $now + $future_skew, 'created_in_future');
    demand($now <= $created + $max_age && $now <= $expires, 'expired');
}

# RFC 9421, section 2.5: a line for each covered component, the parameters last.
sub signature_base ($values, $signed) {
    my $base = '';
    for my $name (@{ $signed->{names} }) {
        my $value = $values->{$name} // "\n";    # which is refused
        demand($value =~ /\A[\t -~]*\z/, 'component_unresolvable');
        $base .= qq("$name": $value\n);
    }
    return $base . qq("\@signature-params": $signed->{params});
}

# Whether two texts are the same, in constant time.
sub same ($one, $other) {
    return length $one == length $other && ($one ^. $other) !~ /[^\0]/;
}

# In constant time, and also for a key that nobody has.
sub check_signature ($base, $signed, $signature) {
    my $parameters = $signed->{parameters};
    my $secret     = secret_of(text($parameters->{keyid}));
    my $mac        = encode_base64(hmac_sha256($base, $secret), '');
    my $same       = same("$signed->{label}=:$mac:", $signature);
    my $algorithm  = $parameters->{alg} // '"hmac-sha256"';
    demand($same && length $secret && $algorithm eq '"hmac-sha256"', 'signature_mismatch');
}

# RFC 9530: what stands for the content among the covered components.
sub content_digest ($content) {
    return 'sha-256=:' . encode_base64(sha256($content), '') . ':';
}

# Each nonce once: here a new folder, elsewhere a row under a unique index, for 310 seconds.
# Do this last, when all else is well.
sub consume ($parameters) {
    my $nonce = text($parameters->{nonce});
    demand(length $nonce >= 1 && length $nonce <= 128, 'nonce_missing');
    my $name = sha256_hex(text($parameters->{keyid}) . "\n$nonce");
    demand(mkdir("$ENV{COUNTERSIGN_NONCES}/$name"), 'nonce_replayed');
}

1;
