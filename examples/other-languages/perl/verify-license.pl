# Verifies a license, offline: perl verify-license.pl PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license
# The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes. Prints the terms.
use v5.36;
use Crypt::PK::Ed25519;    # Debian: libcryptx-perl
use Digest::SHA qw(sha256);
use Encode qw(encode);
use JSON::PP;
use MIME::Base64 qw(decode_base64 decode_base64url encode_base64);

my $param  = qr/;([a-z*][a-z0-9_.*-]*)=(0|[1-9][0-9]{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")/;
my $member = qr/\A([a-z*][a-z0-9_.*-]*)=(\("content-digest"\)((?:$param)*))\z/;
my %understood = (features => 1, machine => 1);    # and the members of your own that this program obeys

sub demand($condition, $code) { $condition or die "refused: $code\n" }
sub unquote($text) { my ($inner) = ($text // '') =~ /\A"(.*)"\z/; ($inner // '') =~ s/\\(.)/$1/gr }

# RFC 8785 for texts, integers, true, false, null, lists and objects, in the order of UTF-16 units; DEL stands for itself.
sub canonical($data) {
    my $order = sub { encode('UTF-16BE', $JSON::PP::a) cmp encode('UTF-16BE', $JSON::PP::b) };
    return JSON::PP->new->utf8->sort_by($order)->encode($data) =~ s/(\\\\)|\\u007f/$1 \/\/ "\x7f"/ger;
}

# How many members have a name: fewer after parsing means that one occurred twice.
sub count_names($json) {
    my $count = 0;
    while ($json =~ /"/g) { 1 while $json =~ /\G(?:[^"\\]+|\\.)/gcs; $count++ if $json =~ /\G"\s*(:?)/gc && $1 }
    return $count;
}

# The terms that were signed, as canonical JSON.
sub verify($text, $product, $public_keys, $machine = undef, $subject = undef) {
    $text = decode_base64url($text =~ s/\s+//gr) unless $text =~ /\A\s*\{/;
    $text =~ s/[\r\n]+//g;    # mail programs wrap lines
    my $terms = eval { JSON::PP->new->utf8->allow_bignum->max_depth(64)->decode($text) };    # floats become objects
    my $whole = eval { canonical($terms) } // '';
    demand($whole =~ /\A\{/ && count_names($text) == count_names($whole), 'payload_malformed');
    my ($input, $signature) = map { $_ // '' } delete @$terms{'signature-input', 'signature'};
    my ($label, $params, $rest) = $input =~ $member or demand(0, 'signature_malformed');
    my ($bytes) = $signature =~ m{\A\Q$label\E=:([A-Za-z0-9+/]{86}==):\z} or demand(0, 'signature_malformed');
    my %given;
    while ($rest =~ /$param/g) { demand(!exists $given{$1}, 'signature_malformed'); $given{$1} = $2 }
    demand(unquote($given{tag}) eq "cs1-license:$product", 'tag_mismatch');
    demand(!defined $subject || unquote($given{subject}) eq $subject, 'subject_mismatch');
    my ($created, $expires, $keyid) = ($given{created} // '', $given{expires} // 2**40, unquote($given{keyid}));
    demand("$created$expires" !~ /[^0-9]/ && length $created, 'created_missing');
    demand($created <= time + 300, 'created_in_future');
    demand(time <= $expires, 'expired');
    demand(exists $public_keys->{$keyid} && ($given{alg} // '"ed25519"') eq '"ed25519"', 'key_unknown');
    my $base = '"content-digest": sha-256=:' . encode_base64(sha256(canonical($terms)), '') . qq(:\n"\@signature-params": $params);
    my $key = Crypt::PK::Ed25519->new->import_key_raw(decode_base64url($public_keys->{$keyid}), 'public');
    demand($key->verify_message(decode_base64($bytes), $base), 'signature_mismatch');
    demand(!grep({ !$understood{$_} } @{ $terms->{critical} // [] }), 'critical_unknown');
    demand(!defined $terms->{machine} || $terms->{machine} eq ($machine // ''), 'machine_mismatch');
    return canonical($terms);
}

binmode $_ for *STDIN, *STDOUT;
my ($product, $keyid, $public_key, @rest) = @ARGV;
print verify(do { local $/; <STDIN> } // '', $product, { $keyid => $public_key }, @rest);
