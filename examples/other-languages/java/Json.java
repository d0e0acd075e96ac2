// Just enough JSON for a license: from any layout to the text that was signed (RFC 8785).
import java.util.*;
import java.util.regex.*;
import java.util.stream.Collectors;

final class Json {
    /** Commas and colons are skipped, for whatever is read, only what was signed comes out. */
    private static final Pattern TOKEN = Pattern.compile("\\G[\\s,:]*+([\\[\\]{}]|true|false|null"
        + "|-?(?:0|[1-9]\\d{0,15})(?![\\d.eE])|\"(?:[^\"\\\\\\x00-\\x1f]++|\\\\.)*+\")");

    /** The members of an object, no name twice: names without quotes, values as canonical JSON. */
    static Map<String, String> parse(String text) {
        var tokens = TOKEN.matcher(text);
        Verifier.demand(tokens.find() && tokens.group(1).equals("{"), "payload_malformed");
        return members(tokens);
    }

    /** Sorted by name, without white space. */
    static String canonical(Map<String, String> members) {
        var sorted = new TreeMap<>(members).entrySet().stream().map(one -> '"' + one.getKey() + "\":" + one.getValue());
        return sorted.collect(Collectors.joining(",", "{", "}"));
    }

    private static Map<String, String> members(Matcher tokens) {
        var members = new HashMap<String, String>();
        for (var name = value(tokens); name != null; name = value(tokens)) {
            var earlier = members.put(name.substring(1, name.length() - 1), value(tokens));
            Verifier.demand(earlier == null, "payload_malformed");
        }
        return members;
    }

    /** The next value, texts and integers as JSON.stringify wrote them; null where a list or an object ends. */
    private static String value(Matcher tokens) {
        Verifier.demand(tokens.find(), "payload_malformed");
        if (tokens.group(1).matches("[}\\]]")) return null;
        if (tokens.group(1).equals("{")) return canonical(members(tokens));
        if (!tokens.group(1).equals("[")) return tokens.group(1);
        var items = new StringJoiner(",", "[", "]");
        for (var item = value(tokens); item != null; item = value(tokens)) items.add(item);
        return items.toString();
    }
}
