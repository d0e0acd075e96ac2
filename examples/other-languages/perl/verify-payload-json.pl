# Verifies a JSON payload that a browser relayed: perl verify-payload-json.pl TAG AUDIENCE [SUBJECT] < JSON text
# Prints what was signed, as canonical JSON. The subject is the user whose session it arrived in.
use v5.36;
use Digest::SHA qw(hmac_sha256 sha256 sha256_hex);
use Encode qw(encode);
use JSON::PP;
use MIME::Base64 qw(encode_base64);

my %keys   = ($ENV{COUNTERSIGN_KEYID} => $ENV{COUNTERSIGN_SECRET} || die "COUNTERSIGN_SECRET is missing\n");
my $param  = qr/;([a-z*][a-z0-9_.*-]*)=(0|[1-9][0-9]{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")/;
my $member = qr/\A([a-z*][a-z0-9_.*-]*)=(\("content-digest"\)((?:$param)*))\z/;

sub demand($condition, $code) { $condition or die "refused: $code\n" }
sub unquote($text) { my ($inner) = ($text // '') =~ /\A"(.*)"\z/; ($inner // '') =~ s/\\(.)/$1/gr }
sub same($one, $other) { length $one == length $other && ($one ^. $other) !~ /[^\0]/ }    # in constant time

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

# The bytes that were signed, and nothing else: parse these, not what was received.
sub verify($received, $tag, $audience, $subject = undef) {
    my $data = eval { JSON::PP->new->utf8->allow_bignum->max_depth(64)->decode($received) };    # floats become objects
    my $whole = eval { canonical($data) } // '';
    demand($whole =~ /\A\{/ && $whole !~ /"__proto__":/, 'payload_malformed');
    demand(count_names($received) == count_names($whole), 'payload_malformed');
    my ($input, $signature) = map { $_ // '' } delete @$data{'signature-input', 'signature'};
    my ($label, $params, $rest) = $input =~ $member or demand(0, 'signature_malformed');
    my %given;
    while ($rest =~ /$param/g) { demand(!exists $given{$1}, 'signature_malformed'); $given{$1} = $2 }
    my $content = canonical($data);
    demand(unquote($given{tag}) eq "cs1-json:$tag", 'tag_mismatch');
    demand(unquote($given{audience}) eq $audience, 'audience_mismatch');
    demand(!defined $subject || unquote($given{subject}) eq $subject, 'subject_mismatch');
    my ($created, $expires) = ($given{created} // '', $given{expires} // 2**40);
    demand("$created$expires" !~ /[^0-9]/ && length $created, 'created_missing');
    demand($created <= time + 5, 'created_in_future');
    demand(time <= $created + 300 && time <= $expires, 'expired');
    my $base = '"content-digest": sha-256=:' . encode_base64(sha256($content), '') . qq(:\n"\@signature-params": $params);
    my ($keyid, $nonce, $alg) = (unquote($given{keyid}), unquote($given{nonce}), $given{alg} // '"hmac-sha256"');
    my $mac = encode_base64(hmac_sha256($base, $keys{$keyid} // '?'), '');
    demand(same("$label=:$mac:", $signature) && exists $keys{$keyid} && $alg eq '"hmac-sha256"', 'signature_mismatch');
    demand(length $nonce && length $nonce <= 128, 'nonce_missing');
    # Once for each nonce: here a folder that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
    demand(mkdir("$ENV{COUNTERSIGN_NONCES}/" . sha256_hex("$keyid\n$nonce")), 'nonce_replayed');
    return $content;
}

binmode $_ for *STDIN, *STDOUT;
print verify(do { local $/; <STDIN> } // '', @ARGV);
