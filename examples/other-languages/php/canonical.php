<?php declare(strict_types=1);
// The text that is signed for a payload or a license: form fields, or JSON as in RFC 8785.

/** The fields of a form, each name once. $_POST renames some of them. */
function readForm(string $text): array
{
    $fields = [];
    foreach (explode('&', $text) as $pair) {
        [$name, $value] = array_map('urldecode', explode('=', $pair, 2) + [1 => '']);
        if (isset($fields[$name])) {
            throw new ValueError('a field occurs twice');
        }
        if (preg_match('//u', $name . $value) !== 1) {
            throw new ValueError('not UTF-8');
        }
        $fields[$name] = $value;
    }
    return $fields;
}

/** Wire format, "Form": percent-encoded pairs, sorted by the encoded name. */
function canonicalForm(array $fields): string
{
    $pairs = [];
    foreach ($fields as $name => $value) {
        $encoded = rawurlencode((string) $name);
        $pairs[$encoded] = $encoded . '=' . rawurlencode($value);
    }
    ksort($pairs, SORT_STRING);
    return implode('&', $pairs);
}

/** The members of an object, each name once, as stdClass: PHP's arrays do not tell {} from []. */
function readJson(string $text): object
{
    $data = json_decode($text, false, 64, JSON_THROW_ON_ERROR);
    if (!is_object($data)) {
        throw new ValueError('not an object');
    }
    $canonical = canonicalJson($data);
    // json_decode keeps the last of two members with one name: then there are fewer than before.
    if (countMembers($text) !== countMembers($canonical)) {
        throw new ValueError('a name is there twice');
    }
    if (str_contains($canonical, '"__proto__":')) {
        throw new ValueError('a name is __proto__');
    }
    return $data;
}

/** How many colons there are outside of texts. */
function countMembers(string $json): int
{
    $withoutTexts = preg_replace('/"(?:[^"\\\\]++|\\\\.)*+"/s', '', $json);
    return substr_count($withoutTexts, ':');
}

/** RFC 8785 for texts, integers, true, false, null, lists and objects. */
function canonicalJson(mixed $value): string
{
    if (is_array($value)) {
        return '[' . implode(',', array_map('canonicalJson', $value)) . ']';
    }
    if (is_object($value)) {
        $members = [];
        foreach ($value as $name => $member) {
            // Section 3.2.3: members in the order of the UTF-16 units of their names.
            $units = iconv('UTF-8', 'UTF-16BE', (string) $name);
            $members[$units] = canonicalJson((string) $name) . ':' . canonicalJson($member);
        }
        ksort($members, SORT_STRING);
        return '{' . implode(',', $members) . '}';
    }
    if (is_float($value) || is_int($value) && abs($value) >= 2 ** 53) {
        throw new ValueError('write this number as a text');
    }
    $flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS;
    return json_encode($value, $flags | JSON_THROW_ON_ERROR);
}
