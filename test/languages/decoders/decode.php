<?php declare(strict_types=1);
// Reads a list of queries and writes what PHP decodes of each.
$decoded = [];
foreach (json_decode(stream_get_contents(STDIN)) as $query) {
    parse_str($query, $values);
    $decoded[] = bin2hex(serialize($values));
}
echo json_encode($decoded);
