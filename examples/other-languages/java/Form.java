// The fields of a form, and the text that is signed for them.
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

final class Form {
    /** Keeps RFC 3986's unreserved characters. */
    static String percent(String text) {
        var encoded = URLEncoder.encode(text, StandardCharsets.UTF_8);
        return encoded.replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
    }

    static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** Urlencoded fields, each name once. */
    static Map<String, String> parse(String text) {
        var fields = new HashMap<String, String>();
        for (var pair : text.split("&")) {
            var equals = pair.indexOf('=');
            var name = decode(equals < 0 ? pair : pair.substring(0, equals));
            var value = decode(equals < 0 ? "" : pair.substring(equals + 1));
            var earlier = fields.put(name, value);
            Refused.unless(earlier == null, "payload_malformed");
        }
        return fields;
    }

    /** Wire format, "Form": percent-encoded pairs, sorted by the encoded name. */
    static String canonical(Map<String, String> fields) {
        var encoded = new TreeMap<String, String>();
        fields.forEach((name, value) -> encoded.put(percent(name), percent(value)));

        var pairs = new StringJoiner("&");
        encoded.forEach((name, value) -> pairs.add(name + "=" + value));
        return pairs.toString();
    }
}
