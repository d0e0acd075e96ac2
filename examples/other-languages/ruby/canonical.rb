# The text that is signed for a payload or a license: form fields, or JSON as in RFC 8785.
require 'json'
require 'uri'

# A JSON object, or the fields of a form: no name twice.
class Members < Hash
  def []=(name, value)
    raise ArgumentError, 'a name is __proto__, or there twice' if key?(name) || name == '__proto__'

    super
  end
end

# The fields of a form, which is urlencoded UTF-8.
def read_form(text)
  fields = Members.new
  URI.decode_www_form(text).each do |name, value|
    raise ArgumentError, 'not UTF-8' unless name.valid_encoding? && value.valid_encoding?

    fields[name] = value
  end
  fields
end

# The members of an object.
def read_json(text)
  data = JSON.parse(text, max_nesting: 64, object_class: Members)
  raise ArgumentError, 'not an object' unless data.is_a?(Hash)

  data
end

# Keeps RFC 3986's unreserved characters.
def percent(text)
  text.b.gsub(/[^A-Za-z0-9._~-]/n) { |byte| format('%%%02X', byte.ord) }
end

# Wire format, "Form": percent-encoded pairs, sorted by the encoded name.
def canonical_form(fields)
  raise ArgumentError, 'no fields' if fields.empty?

  pairs = fields.map { |name, value| [percent(name), percent(value)] }
  pairs.sort.map { |name, value| "#{name}=#{value}" }.join('&')
end

# RFC 8785 for texts, integers, true, false, nil, arrays and hashes.
def canonical_json(value)
  case value
  when Hash
    # Section 3.2.3: members in the order of the UTF-16 units of their names.
    sorted = value.sort_by { |name, _| name.encode('UTF-16BE') }
    members = sorted.map { |name, member| "#{name.to_json}:#{canonical_json(member)}" }
    "{#{members.join(',')}}"
  when Array
    "[#{value.map { |item| canonical_json(item) }.join(',')}]"
  when Numeric
    exact = value.is_a?(Integer) && value.abs < 2**53
    raise ArgumentError, 'write this number as a text' unless exact

    value.to_s
  else
    value.to_json
  end
end
