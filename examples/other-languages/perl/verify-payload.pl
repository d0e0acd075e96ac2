# Verifies a payload that a browser relayed.
#
# perl verify-payload.pl text|form TAG AUDIENCE [SUBJECT] < urlencoded fields
#
# Prints what was signed: the opaque text, or the form fields.
# The subject is the user whose session it arrived in.
use v5.36;
use FindBin;
use lib $FindBin::Bin;
use Canonical;
use Verifier;

# Wire format, "Text" and "Form": what was digested.
sub canonical ($kind, $fields) {
    if ($kind eq 'form') {
        demand(%$fields, 'payload_malformed');
        return canonical_form($fields);
    }
    demand(keys %$fields == 1 && exists $fields->{payload}, 'payload_malformed');
    return $fields->{payload};
}

sub read_fields ($received) {
    demand(length $received <= MAX_BYTES, 'body_too_large');
    my $fields = eval { read_form($received) };
    demand(defined $fields, 'payload_malformed');
    return $fields;
}

# The bytes that were signed, and nothing else: use these, not what was received.
sub verify ($received, $kind, $tag, $audience, $subject = undef) {
    my $fields    = read_fields($received);
    my $signed    = read_signature_input(delete $fields->{'signature-input'} // '');
    my $signature = delete $fields->{signature} // '';
    my $content   = canonical($kind, $fields);

    # For this purpose, for us, about this user, and made just now.
    my $parameters = $signed->{parameters};
    demand("@{ $signed->{names} }" eq 'content-digest', 'signature_malformed');
    demand(text($parameters->{tag}) eq "cs1-$kind:$tag", 'tag_mismatch');
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
my ($kind, @address) = @ARGV;
print verify(read_input(), $kind, @address);
