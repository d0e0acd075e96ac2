# Verifies a license, offline.
#
# perl verify-license.pl PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license
#
# The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes.
# Prints the terms.
use v5.36;
use Crypt::PK::Ed25519;    # Debian: libcryptx-perl
use FindBin;
use MIME::Base64 qw(decode_base64 decode_base64url);
use lib $FindBin::Bin;
use Canonical;
use Verifier;

my %understood = (features => 1, machine => 1);    # and members of your own that you obey
my $for_ever   = 1 << 40;

sub read_license ($received) {
    demand(length $received <= MAX_BYTES, 'payload_malformed');
    my $text = $received;
    $text = decode_base64url($text =~ s/\s+//gr) unless $text =~ /\A\s*\{/;
    # Mail programs wrap lines, also inside of texts.
    my $terms = eval { read_json($text =~ s/[\r\n]+//gr) };
    demand(defined $terms, 'payload_malformed');
    return $terms;
}

# RFC 8032, over the same base as every signature.
sub check_ed25519 ($base, $label, $signature, $public_key) {
    my ($bytes) = $signature =~ m{\A\Q$label\E=:([A-Za-z0-9+/]{86}==):\z};
    demand(defined $bytes, 'signature_malformed');
    my $key = Crypt::PK::Ed25519->new->import_key_raw(decode_base64url($public_key), 'public');
    demand($key->verify_message(decode_base64($bytes), $base), 'signature_mismatch');
}

# What the terms demand of the program and the machine.
sub check_terms ($terms, $machine) {
    my @unknown = grep { !$understood{$_} } @{ $terms->{critical} // [] };
    demand(!@unknown, 'critical_unknown');
    my $bound = $terms->{machine};
    demand(!defined $bound || $bound eq ($machine // ''), 'machine_mismatch');
}

# The terms that were signed, as canonical JSON. Machine and subject only where they matter.
sub verify ($received, $product, $public_keys, $machine = undef, $subject = undef) {
    my $terms     = read_license($received);
    my $signed    = read_signature_input(delete $terms->{'signature-input'} // '');
    my $signature = delete $terms->{signature} // '';
    my $content   = canonical_json($terms);

    my $parameters = $signed->{parameters};
    demand("@{ $signed->{names} }" eq 'content-digest', 'signature_malformed');
    demand(text($parameters->{tag}) eq "cs1-license:$product", 'tag_mismatch');
    my $about = text($parameters->{subject});
    demand(!defined $subject || $about eq $subject, 'subject_mismatch');
    # It counts until it expires. The clocks of customers are less exact.
    check_times($parameters, $for_ever, 300);

    my $public_key = $public_keys->{ text($parameters->{keyid}) };
    my $algorithm  = $parameters->{alg} // '"ed25519"';
    demand(defined $public_key && $algorithm eq '"ed25519"', 'key_unknown');
    my $base = signature_base({ 'content-digest' => content_digest($content) }, $signed);
    check_ed25519($base, $signed->{label}, $signature, $public_key);

    check_terms($terms, $machine);
    return $content;
}

binmode STDOUT;
my ($product, $keyid, $public_key, @rest) = @ARGV;
print verify(read_input(), $product, { $keyid => $public_key }, @rest);
