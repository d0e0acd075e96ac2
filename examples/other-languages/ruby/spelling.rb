# How a query is written, so that no framework on the way changes what was signed.
# Wire format, "Spellings of a query".

# Escapes one by one: none where none is needed, in upper case where one is.
def spell(text)
  text.gsub(/%(\h\h)|[^A-Za-z0-9_.~+-]/) do |found|
    byte = $1 ? $1.hex : found.ord
    escape = format('%%%02X', byte)
    byte.chr.match?(/[A-Za-z0-9_.~-]/n) ? byte.chr : escape
  end
end

# Of a request: every pair stays what it is.
def default_spelling(query)
  pairs = query.split('&', -1).map { |pair| pair.split('=', 2) }
  pairs.map { |parts| parts.map { |part| spell(part) }.join('=') }.join('&')
end

# Names that are integers come first, others as they are met.
def integer?(name)
  name.match?(/\A(?:0|[1-9]\d{0,9})\z/) && name.to_i < 2**32 - 1
end

# Of a signed URL: as a framework has it that reads a form and writes it anew.
def form_spelling(query)
  pairs = query.gsub('+', '%20').split('&').reject(&:empty?).map do |pair|
    name, value = pair.split('=', 2)
    [spell(name), spell(value.to_s)]
  end
  groups = pairs.group_by(&:first)
  integers, others = groups.keys.partition { |name| integer?(name) }
  names = integers.sort_by(&:to_i) + others
  names.flat_map { |name| groups[name] }.map { |pair| pair.join('=') }.join('&')
end
