# Verifies a JSON payload that a browser relayed.
#
# perl verify-payload-json.pl TAG AUDIENCE [SUBJECT] < JSON text
#
# Prints what was signed, as canonical JSON. The subject is the user whose session it arrived in.
use v5.36;
use FindBin;
use lib $FindBin::Bin;
use Canonical;
use Verifier;

sub read_object ($received) {
    demand(length $received <= MAX_BYTES, 'body_too_large');
    my $data = eval { read_json($received) };
    demand(defined $data, 'payload_malformed');
    return $data;
}

# The bytes that were signed, and nothing else: parse these, not what was received.
sub verify ($received, $tag, $audience, $subject = undef) {
    my $data      = read_object($received);
    my $signed    = read_signature_input(delete $data->{'signature-input'} // '');
    my $signature = delete $data->{signature} // '';
    my $content   = canonical_json($data);

    # For this purpose, for us, about this user, and made just now.
    my $parameters = $signed->{parameters};
    demand("@{ $signed->{names} }" eq 'content-digest', 'signature_malformed');
    demand(text($parameters->{tag}) eq "cs1-json:$tag", 'tag_mismatch');
    demand(text($parameters->{audience}) eq $audience, 'audience_mismatch');
    my $about = text($parameters->{subject});
    demand(!defined $subject || $about eq $subject, 'subject_mismatch');
    check_times($parameters);

    my $base = signature_base({ 'content-digest' => content_digest($content) }, $signed);
    check_signature($base, $signed, $signature);
    consume($parameters);
    return $content;
}

binmode STDOUT;
print verify(read_input(), @ARGV);
