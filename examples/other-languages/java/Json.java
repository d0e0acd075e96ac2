// Just enough JSON for a license: from any layout to the text that was signed (RFC 8785).
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

final class Json {
    /** Commas and colons are skipped: whatever is read, only what was signed comes out. */
    private static final String SKIPPED = "\\G[\\s,:]*+";
    private static final String INTEGER = "-?(?:0|[1-9][0-9]{0,15})(?![0-9.eE])";
    private static final String TEXT = "\"(?:[^\"\\\\\\x00-\\x1f]++|\\\\.)*+\"";
    private static final Pattern TOKEN = Pattern.compile(
        SKIPPED + "([\\[\\]{}]|true|false|null|" + INTEGER + "|" + TEXT + ")");

    private final Matcher tokens;
    private int depth;

    private Json(String text) {
        tokens = TOKEN.matcher(text);
    }

    /** The members of an object, each name once: names without quotes, values as canonical JSON. */
    static Map<String, String> parse(String text) {
        var json = new Json(text);
        Refused.unless(json.next().equals("{"), "payload_malformed");
        return json.members();
    }

    /** RFC 8785, section 3.2.3: members in the order of the UTF-16 units of their names. */
    static String canonical(Map<String, String> members) {
        var sorted = new StringJoiner(",", "{", "}");
        new TreeMap<>(members).forEach((name, value) -> sorted.add('"' + name + "\":" + value));
        return sorted.toString();
    }

    /** What a text says whose only escapes are those of quotes and backslashes; null for null. */
    static String text(String json) {
        return json == null ? null : json.replaceAll("^\"|\"$|\\\\(.)", "$1");
    }

    private String next() {
        Refused.unless(tokens.find(), "payload_malformed");
        return tokens.group(1);
    }

    private Map<String, String> members() {
        var members = new HashMap<String, String>();
        for (var name = value(); name != null; name = value()) {
            var text = name.startsWith("\"") ? name.substring(1, name.length() - 1) : null;
            var value = value();
            var earlier = members.put(text, value);
            Refused.unless(text != null && value != null && earlier == null, "payload_malformed");
        }
        return members;
    }

    /** The next value, as JSON.stringify wrote it; null at the end of a list or an object. */
    private String value() {
        var token = next();
        return switch (token) {
            case "}", "]" -> null;
            case "{" -> canonical(nested(this::members));
            case "[" -> nested(this::list);
            default -> token;
        };
    }

    private String list() {
        var items = new StringJoiner(",", "[", "]");
        for (var item = value(); item != null; item = value()) {
            items.add(item);
        }
        return items.toString();
    }

    /** Wire format, "JSON": objects and lists at most 64 deep. */
    private <T> T nested(Supplier<T> read) {
        depth++;
        Refused.unless(depth < 64, "payload_malformed");
        var value = read.get();
        depth--;
        return value;
    }
}
