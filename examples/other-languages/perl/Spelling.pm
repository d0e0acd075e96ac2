# How a query is written, so that no framework on the way changes what was signed.
# Wire format, "Spellings of a query".
package Spelling;
use v5.36;
use Exporter qw(import);

our @EXPORT = qw(default_spelling form_spelling);

# Escapes one by one: none where none is needed, in upper case where one is.
sub spell ($text) {
    my $respelled = qr/%([0-9A-Fa-f]{2})|([^A-Za-z0-9_.~+-])/;
    return $text =~ s/$respelled/escape(defined $1 ? hex $1 : ord $2)/ger;
}

sub escape ($byte) {
    my $character = chr $byte;
    return $character =~ /[A-Za-z0-9_.~-]/ ? $character : sprintf '%%%02X', $byte;
}

# Of a request: every pair stays what it is.
sub default_spelling ($query) {
    my @pairs = map { [split /=/, $_, 2] } split /&/, $query, -1;
    return join '&', map { join '=', map { spell($_) } @$_ } @pairs;
}

# Names that are integers come first, others as they are met.
sub order ($name) {
    my $is_integer = $name =~ /\A(?:0|[1-9][0-9]{0,9})\z/ && $name < 2**32 - 1;
    return $is_integer ? $name : 2**32;
}

# Of a signed URL: as a framework has it that reads a form and writes it anew.
sub form_spelling ($query) {
    my (%pairs, @names);
    for my $pair (grep { length } split /&/, $query) {
        my ($name, $value) = map { spell(s/\+/%20/gr) } split /=/, $pair, 2;
        push @names, $name unless $pairs{$name};
        push $pairs{$name}->@*, "$name=" . ($value // '');
    }
    my @ordered = sort { order($a) <=> order($b) } @names;
    return join '&', map { $pairs{$_}->@* } @ordered;
}

1;
