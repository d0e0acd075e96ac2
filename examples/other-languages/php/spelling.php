<?php declare(strict_types=1);
// How a query is written, so that no framework on the way changes what was signed.
// Wire format, "Spellings of a query".

/** Escapes one by one: none where none is needed, in upper case where one is. */
function spell(string $text): string
{
    $respelled = '/%[0-9A-Fa-f]{2}|[^A-Za-z0-9_.~+-]/';
    $escape = fn (array $found): string => rawurlencode(rawurldecode($found[0]));
    return preg_replace_callback($respelled, $escape, $text);
}

/** Of a request: every pair stays what it is. */
function defaultSpelling(string $query): string
{
    $pairs = [];
    foreach (explode('&', $query) as $pair) {
        $parts = array_map('spell', explode('=', $pair, 2));
        $pairs[] = implode('=', $parts);
    }
    return implode('&', $pairs);
}

/** Of a signed URL: as a framework has it that reads a form and writes it anew. */
function formSpelling(string $query): string
{
    $groups = [];
    foreach (explode('&', str_replace('+', '%20', $query)) as $pair) {
        if ($pair !== '') {
            $parts = explode('=', $pair, 2);
            $groups[spell($parts[0])][] = spell($parts[1] ?? '');
        }
    }

    // Names that are integers come first: PHP has made integers of them.
    $isInteger = fn (int|string $name): bool => is_int($name) && $name >= 0 && $name < 2 ** 32 - 1;
    $integers = array_filter($groups, $isInteger, ARRAY_FILTER_USE_KEY);
    ksort($integers);

    $pairs = [];
    foreach ($integers + $groups as $name => $values) {
        foreach ($values as $value) {
            $pairs[] = "$name=$value";
        }
    }
    return implode('&', $pairs);
}
