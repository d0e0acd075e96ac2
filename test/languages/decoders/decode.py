"""Reads a list of queries and writes what Python decodes of each."""
import json
import sys
from urllib.parse import parse_qsl

queries = json.load(sys.stdin)
json.dump([parse_qsl(query, keep_blank_values=True) for query in queries], sys.stdout)
