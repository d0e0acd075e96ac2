# Verifies a request, here as a CGI program: a PSGI application has the same names in its environment.
use v5.36;
use Digest::SHA qw(hmac_sha256 sha256 sha256_hex);
use MIME::Base64 qw(encode_base64);

my $authority = $ENV{COUNTERSIGN_AUTHORITY};    # who we are, as clients write it: never what Host says
my %keys      = ($ENV{COUNTERSIGN_KEYID} => $ENV{COUNTERSIGN_SECRET} || die "COUNTERSIGN_SECRET is missing\n");
my $param     = qr/;([a-z*][a-z0-9_.*-]*)=(0|[1-9][0-9]{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")/;
my $member    = qr/\A([a-z*][a-z0-9_.*-]*)=(\(("[a-z0-9@-]+"(?: "[a-z0-9@-]+")*)\)((?:$param)*))\z/;

sub demand($condition, $code) { $condition or die "$code\n" }
sub unquote($text) { my ($inner) = ($text // '') =~ /\A"(.*)"\z/; ($inner // '') =~ s/\\(.)/$1/gr }
sub same($one, $other) { length $one == length $other && ($one ^. $other) !~ /[^\0]/ }    # in constant time

# %$fields: lower-case names, lines of one name joined with ', '. Dies unless all is well.
sub verify($method, $target, $fields, $content) {
    demand(defined $fields->{'signature-input'} && defined $fields->{signature}, 'signature_missing');
    my ($label, $params, $list, $rest) = $fields->{'signature-input'} =~ $member or demand(0, 'signature_malformed');
    my (@names, %seen, %given) = $list =~ /[^" ]+/g;
    while ($rest =~ /$param/g) { demand(!exists $given{$1}, 'signature_malformed'); $given{$1} = $2 }
    demand(!grep({ $seen{$_}++ } @names), 'signature_malformed');
    demand(!exists $given{tag}, 'tag_mismatch');
    my @needed = ('@method', '@authority', '@path', '@query', length $content ? 'content-digest' : ());
    push @needed, grep { defined $fields->{$_} } 'content-type', 'content-encoding';
    demand(!grep({ !$seen{$_} } @needed), 'component_uncovered');
    my ($created, $expires) = ($given{created} // '', $given{expires} // 2**40);
    demand("$created$expires" !~ /[^0-9]/ && length $created, 'created_missing');
    demand($created <= time + 5, 'created_in_future');
    demand(time <= $created + 300 && time <= $expires, 'expired');
    my ($path, $query) = (split(/\?/, $target, 2), '');
    my %known = (%$fields, '@method' => $method, '@authority' => $authority, '@path' => $path, '@query' => "?$query");
    demand(!grep({ ($known{$_} // "\n") !~ /\A[\t -~]*\z/ } @names), 'component_unresolvable');
    my $base = join '', (map { qq("$_": $known{$_}\n) } @names), qq("\@signature-params": $params);
    my ($keyid, $nonce, $alg) = (unquote($given{keyid}), unquote($given{nonce}), $given{alg} // '"hmac-sha256"');
    my $mac = encode_base64(hmac_sha256($base, $keys{$keyid} // '?'), '');
    my $fits = same("$label=:$mac:", $fields->{signature}) && exists $keys{$keyid};
    demand($fits && $alg eq '"hmac-sha256"', 'signature_mismatch');
    my $digest = 'sha-256=:' . encode_base64(sha256($content), '') . ':';
    demand(!$seen{'content-digest'} || $fields->{'content-digest'} eq $digest, 'digest_mismatch');
    demand(length $nonce && length $nonce <= 128, 'nonce_missing');
    # Once for each nonce: here a folder that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
    demand(mkdir("$ENV{COUNTERSIGN_NONCES}/" . sha256_hex("$keyid\n$nonce")), 'nonce_replayed');
}

binmode $_ for *STDIN, *STDOUT;
read STDIN, my $content, 1 << 20; # at most 1 MiB: what is cut off fits no digest
my %fields  = map { /\A(?:HTTP_(?!CONTENT_TYPE\z)|(?=CONTENT_TYPE\z))(.+)/ ? (lc($1) =~ tr/_/-/r => $ENV{$_}) : () } keys %ENV;
eval {
    verify(@ENV{'REQUEST_METHOD', 'REQUEST_URI'}, \%fields, $content);
    print "Status: 200\r\nContent-Type: application/octet-stream\r\n\r\n$content";    # your application goes here
} or do {
    chomp(my $code = $@);
    my $problem = qq({"type":"urn:countersign:problem:$code","status":401,"code":"$code","now":${\time}});
    print qq(Status: 401\r\nWWW-Authenticate: Signature error="$code"\r\n);
    print "Content-Type: application/problem+json\r\n\r\n$problem";
};
