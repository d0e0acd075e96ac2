# Verifies a payload that a browser relayed: perl verify-payload.pl text|form TAG AUDIENCE [SUBJECT] < urlencoded fields
# Prints what was signed: the opaque text, or the form fields. The subject is the user whose session it arrived in.
use v5.36;
use Digest::SHA qw(hmac_sha256 sha256 sha256_hex);
use MIME::Base64 qw(encode_base64);

my %keys   = ($ENV{COUNTERSIGN_KEYID} => $ENV{COUNTERSIGN_SECRET} || die "COUNTERSIGN_SECRET is missing\n");
my $param  = qr/;([a-z*][a-z0-9_.*-]*)=(0|[1-9][0-9]{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")/;
my $member = qr/\A([a-z*][a-z0-9_.*-]*)=(\("content-digest"\)((?:$param)*))\z/;

sub demand($condition, $code) { $condition or die "refused: $code\n" }
sub unquote($text) { my ($inner) = ($text // '') =~ /\A"(.*)"\z/; ($inner // '') =~ s/\\(.)/$1/gr }
sub same($one, $other) { length $one == length $other && ($one ^. $other) !~ /[^\0]/ }    # in constant time

sub percent($text) { $text =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ger }

sub canonical($kind, $fields) {
    demand($kind eq 'text' ? join('&', keys %$fields) eq 'payload' : scalar %$fields, 'payload_malformed');
    return $fields->{payload} if $kind eq 'text';
    my %encoded = map { (percent($_) => percent($fields->{$_})) } keys %$fields;
    return join '&', map { "$_=$encoded{$_}" } sort keys %encoded;
}

# The bytes that were signed, and nothing else: use these, not what was received.
sub verify($received, $kind, $tag, $audience, $subject = undef) {
    my %fields;
    for (split /&/, $received) {
        my ($name, $value) = map { tr/+/ /r =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger } /\A([^=]*)=?(.*)\z/s;
        demand(!exists $fields{$name} && utf8::decode(my $copy = $name . $value), 'payload_malformed');
        $fields{$name} = $value;
    }
    my ($input, $signature) = map { $_ // '' } delete @fields{'signature-input', 'signature'};
    my ($label, $params, $rest) = $input =~ $member or demand(0, 'signature_malformed');
    my %given;
    while ($rest =~ /$param/g) { demand(!exists $given{$1}, 'signature_malformed'); $given{$1} = $2 }
    my $content = canonical($kind, \%fields);
    demand(unquote($given{tag}) eq "cs1-$kind:$tag", 'tag_mismatch');
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
