# The text that is signed for a payload or a license: form fields, or JSON as in RFC 8785.
# Texts are bytes here, in UTF-8.
package Canonical;
use v5.36;
use Encode qw(encode);
use Exporter qw(import);
use JSON::PP;

our @EXPORT = qw(read_form canonical_form read_json canonical_json);

# Keeps RFC 3986's unreserved characters.
sub percent ($text) {
    return $text =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ger;
}

sub decode ($text) {
    return $text =~ tr/+/ /r =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger;
}

# The fields of a form, which is urlencoded UTF-8, each name once.
sub read_form ($text) {
    my %fields;
    for my $pair (split /&/, $text) {
        my ($name, $value) = split /=/, $pair, 2;
        $name  = decode($name  // '');
        $value = decode($value // '');
        my $copy = $name . $value;
        die "not UTF-8\n" unless utf8::decode($copy);
        die "a field is there twice\n" if exists $fields{$name};
        $fields{$name} = $value;
    }
    return \%fields;
}

# Wire format, "Form": percent-encoded pairs, sorted by the encoded name.
sub canonical_form ($fields) {
    die "no fields\n" unless %$fields;
    my %encoded = map { percent($_) => percent($fields->{$_}) } keys %$fields;
    return join '&', map { "$_=$encoded{$_}" } sort keys %encoded;
}

# The members of an object, each name once. Numbers that are no integers become objects here, which
# cannot be written again.
sub read_json ($text) {
    my $data = JSON::PP->new->utf8->allow_bignum->max_depth(64)->decode($text);
    die "not an object\n" unless ref $data eq 'HASH';
    my $canonical = canonical_json($data);
    # The parser keeps the last of two members with one name: then there are fewer than before.
    die "a name is there twice\n" unless count_members($text) == count_members($canonical);
    die "a name is __proto__\n" if $canonical =~ /"__proto__":/;
    return $data;
}

# How many texts a colon follows.
sub count_members ($json) {
    my $count = 0;
    while ($json =~ /"/g) {
        # To the end of the text, and over its closing quote.
        1 while $json =~ /\G(?:[^"\\]+|\\.)/gcs;
        $count++ if $json =~ /\G"\s*(:?)/gc && $1 eq ':';
    }
    return $count;
}

# RFC 8785 for texts, integers, true, false, null, lists and objects.
sub canonical_json ($data) {
    # Section 3.2.3: members in the order of the UTF-16 units of their names.
    my $order = sub { encode('UTF-16BE', $JSON::PP::a) cmp encode('UTF-16BE', $JSON::PP::b) };
    my $json  = JSON::PP->new->utf8->sort_by($order)->encode($data);
    # Section 3.2.2.2: DEL stands for itself.
    return $json =~ s/(\\\\)|\\u007f/$1 \/\/ "\x7f"/ger;
}

1;
