# Verifies a request, here as a CGI program: PSGI environments have the same names.
use v5.36;
use FindBin;
use lib $FindBin::Bin;
use Verifier;

# Wire format, "Components": what every request must cover.
sub check_coverage ($names, $fields, $content) {
    my @needed = ('@method', '@authority', '@path', '@query');
    push @needed, grep { defined $fields->{$_} } 'content-type', 'content-encoding';
    push @needed, 'content-digest' if length $content;

    my %covered = map { $_ => 1 } @$names;
    my @missing = grep { !$covered{$_} } @needed;
    demand(!@missing, 'component_uncovered');
}

# Dies unless all is well.
#
# $target: path and query, as they arrived.
# $fields: by lower-case names; the lines of one name joined with ', '.
sub verify ($method, $target, $fields, $content) {
    my $signature = $fields->{signature};
    demand(defined $signature && defined $fields->{'signature-input'}, 'signature_missing');
    my $signed = read_signature_input($fields->{'signature-input'});
    demand(!exists $signed->{parameters}{tag}, 'tag_mismatch');
    demand(length $content <= MAX_BYTES, 'body_too_large');
    check_coverage($signed->{names}, $fields, $content);
    check_times($signed->{parameters});

    # RFC 9421, section 2.2: what is derived from the request, beside its fields.
    my ($path, $query) = split /\?/, $target, 2;
    my %values = (
        %$fields,
        '@method' => $method,
        # Who we are, as clients write it: never what Host says.
        '@authority' => $ENV{COUNTERSIGN_AUTHORITY},
        '@path'      => $path,
        '@query'     => '?' . ($query // ''),
    );
    my $base = signature_base(\%values, $signed);
    check_signature($base, $signed, $signature);

    # RFC 9530: the digest was signed, and this is the content that it was made of.
    if (grep { $_ eq 'content-digest' } @{ $signed->{names} }) {
        demand($fields->{'content-digest'} eq content_digest($content), 'digest_mismatch');
    }
    consume($signed->{parameters});
}

# The fields of the request, as CGI (RFC 3875) hands them on: HTTP_ before the names of all but one.
sub read_fields () {
    my %fields;
    for my $variable (keys %ENV) {
        my $prefixed = $variable =~ /\AHTTP_/;
        my $name     = lc($variable =~ s/\AHTTP_//r) =~ tr/_/-/r;
        # Whoever sends the field Content_Type must not replace the real one.
        next if $name eq 'content-type' ? $prefixed : !$prefixed;
        $fields{$name} = $ENV{$variable};
    }
    return \%fields;
}

# Wire format, "Answers": a problem document (RFC 9457).
sub refuse ($code) {
    my $now     = time;
    my $type    = "urn:countersign:problem:$code";
    my $problem = qq({"type":"$type","status":401,"code":"$code","now":$now});
    print "Status: 401\r\n";
    print qq(WWW-Authenticate: Signature error="$code"\r\n);
    print "Content-Type: application/problem+json\r\n\r\n";
    print $problem;
}

binmode STDOUT;
my $content  = read_input();
my $verified = eval {
    verify($ENV{REQUEST_METHOD}, $ENV{REQUEST_URI}, read_fields(), $content);
    1;
};
if ($verified) {
    print "Status: 200\r\nContent-Type: application/octet-stream\r\n\r\n";
    print $content;    # your application goes here, with the content that was verified
} elsif ($@ =~ /\Arefused: ([a-z_]+)\n\z/) {
    refuse($1);
} else {
    die $@;
}
