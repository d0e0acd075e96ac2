// The fields of a form, and the text that is signed for them.
import java.net.*;
import java.util.*;
import java.util.stream.Collectors;
import static java.nio.charset.StandardCharsets.UTF_8;

final class Form {
    /** Keeps RFC 3986's unreserved characters. */
    static String percent(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
    }

    /** Urlencoded fields, no name twice. */
    static Map<String, String> parse(String text) {
        var fields = new HashMap<String, String>();
        for (var pair : text.split("&")) {
            var parts = (pair + "=").split("=", -1);
            var earlier = fields.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
            Verifier.demand(earlier == null, "payload_malformed");
        }
        return fields;
    }

    /** Urlencoded fields again, sorted by their encoded names. */
    static String canonical(Map<String, String> fields) {
        var encoded = new TreeMap<String, String>();
        fields.forEach((name, value) -> encoded.put(percent(name), percent(value)));
        var pairs = encoded.entrySet().stream().map(pair -> pair.getKey() + "=" + pair.getValue());
        return pairs.collect(Collectors.joining("&"));
    }
}
