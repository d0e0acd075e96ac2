// How a query is written, so that no framework on the way changes what was signed: wire format,
// "Spellings of a query".
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.StringJoiner;
import java.util.regex.Pattern;

final class Spelling {
    private static final Pattern RESPELLED = Pattern.compile("%([0-9A-Fa-f]{2})|[^A-Za-z0-9_.~+-]");

    /** Escapes one by one: none where none is needed, in upper case where one is. */
    static String spell(String text) {
        return RESPELLED.matcher(text).replaceAll(found -> {
            var hex = found.group(1);
            var code = hex == null ? found.group().charAt(0) : (char) Integer.parseInt(hex, 16);
            var character = String.valueOf(code);
            return character.matches("[A-Za-z0-9_.~-]")
                ? character
                : String.format("%%%02X", (int) code);
        });
    }

    /** Of a request: every pair stays what it is. */
    static String defaultSpelling(String query) {
        var pairs = new StringJoiner("&");
        for (var pair : query.split("&", -1)) {
            var parts = pair.split("=", 2);
            pairs.add(spell(parts[0]) + (parts.length == 1 ? "" : "=" + spell(parts[1])));
        }
        return pairs.toString();
    }

    /** Names that are integers come first, others as they are met. */
    private static long order(String name) {
        var most = (1L << 32) - 1;
        return name.matches("0|[1-9][0-9]{0,9}") ? Math.min(Long.parseLong(name), most) : most;
    }

    /** Of a signed URL: as a framework has it that reads a form and writes it anew. */
    static String formSpelling(String query) {
        var groups = new LinkedHashMap<String, List<String>>();
        for (var pair : query.replace("+", "%20").split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            var parts = pair.split("=", 2);
            var name = spell(parts[0]);
            var value = parts.length == 1 ? "" : spell(parts[1]);
            groups.computeIfAbsent(name, key -> new ArrayList<>()).add(name + "=" + value);
        }
        var names = new ArrayList<>(groups.keySet());
        names.sort(Comparator.comparingLong(Spelling::order));

        var pairs = new StringJoiner("&");
        names.forEach(name -> groups.get(name).forEach(pairs::add));
        return pairs.toString();
    }
}
